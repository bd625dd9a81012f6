import { describeInBrowser, HANGS_AFTER_MS, type Visitor } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

describeInBrowser('the state of a booking on the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  beforeEach(async () => {
    await site.desk('free');
    await site.desk('take', 3);
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  /** The practice books, and its answer is lost on the way. */
  async function losesAnswer(visitor: Visitor): Promise<void> {
    await visitor.heading('Choose an appointment time');
    await visitor.choosesTime('first');
    await visitor.heading('How can the practice contact you?');
    await site.fault('READ', 'malformed');
    await site.fault('BOOK', 'reset-after-commit', 1);
    await visitor.books();
    await visitor.heading('We are asking the practice');
  }

  it('changes by itself while the page is open, when a lost answer is settled', async () => {
    const ruth = await site.visitor();
    await ruth.checksEarache('SELF', site.people.ruth.birthDate);
    await ruth.findsTimes('patient');
    await losesAnswer(ruth);
    await ruth.sees('We are asking the practice');
    const streams = ruth.addresses.filter((address) => /\/booking\/[\w-]+\/live$/.test(address));
    expect(streams).toHaveLength(1);
    await site.simulator.send('DELETE', '/faults');
    await site.clock(1);
    await ruth.heading('Appointment booked');
    const diary = await site.simulator.appointmentsOf(site.people.ruth);
    expect(diary.filter(({ status }) => status === 'BOOKED')).toHaveLength(1);
  });

  it('changes by itself when the practice moves the appointment, which can be accepted', async () => {
    const una = await site.visitor();
    await una.checksEarache('SELF', site.people.una.birthDate);
    await una.findsTimes('unregistered');
    await una.heading('Choose an appointment time');
    await una.choosesTime('first');
    await una.books();
    await una.heading('Appointment booked');
    await una.page.goto(`${site.url}/appointments`);
    await una.page.getByRole('button', { name: /^See this appointment/ }).click();
    await una.heading('Your appointment');
    const [appointment] = await site.simulator.appointmentsOf(site.people.una);
    await site.simulator.send('POST', `/practices/${appointment?.practice ?? ''}/desk/move`, {
      nhsNumber: site.people.una.nhsNumber,
    });
    // The practice's book is compared every 15 minutes.
    await site.clock(16);
    await una.page.getByText('The practice has moved it.').waitFor();
    await una.sees('Your appointment');
    await una.press('This suits me');
    await una.page.getByText('Booked.', { exact: true }).waitFor();
    await una.sees('Your appointment');
  });

  it('is asked for every few seconds, and by a link, without JavaScript', async () => {
    const noor = await site.visitor({ javaScriptEnabled: false });
    await noor.checksEarache('SELF', site.people.noor.birthDate);
    await noor.findsTimes('other-patient');
    await losesAnswer(noor);
    expect(await noor.page.locator('meta[http-equiv=refresh]').getAttribute('content')).toBe('5');
    expect(await noor.page.getByRole('link', { name: 'Ask again now' }).getAttribute('href')).toBe(
      new URL(noor.page.url()).pathname,
    );
    await site.simulator.send('DELETE', '/faults');
    await site.clock(1);
    // By itself: nobody touches the page.
    await noor.heading('Appointment booked');
  });

  it('is one booking however often the form is sent', async () => {
    const peter = await site.visitor();
    const { page, context } = peter;
    await peter.checksEarache('SELF', site.people.peter.birthDate);
    await peter.findsTimes('parent-of-twins');
    await peter.heading('Choose an appointment time');
    await peter.choosesTime();
    await peter.heading('How can the practice contact you?');
    await peter.givesPhone();
    const form = {
      _csrf: await page.locator('form[action="/book"] [name=_csrf]').inputValue(),
      key: await page.locator('form[action="/book"] [name=key]').inputValue(),
      kept: await page.locator('form[action="/book"] [name=kept]').inputValue(),
    };
    // The first answer is lost on its way to the browser, and the form is sent twice more at the same time.
    const sent = await Promise.all(
      [1, 2, 3].map(() => context.request.post(`${site.url}/book`, { form, maxRedirects: 0 })),
    );
    expect(sent.map((answer) => answer.status())).toEqual([303, 303, 303]);
    const [first, ...others] = sent.map((answer) => answer.headers().location);
    expect(first).toMatch(/^\/booked\/[\w-]{10}$/);
    expect(others).toEqual([first, first]);
    await page.goto(`${site.url}/booked`);
    await peter.heading('Appointment booked');
    expect(new URL(page.url()).pathname).toBe(first);
    expect(await site.simulator.appointmentsOf(site.people.peter)).toHaveLength(1);
  });

  it('is followed by four pages of a browser at once, and others are told to ask', async () => {
    const peter = await site.visitor();
    const { page } = peter;
    await page.goto(`${site.url}/appointments`);
    await peter.signsIn('parent-of-twins');
    await page.getByRole('button', { name: /^See this appointment/ }).click();
    await peter.heading('Your appointment');
    const address = `/booking/${new URL(page.url()).pathname.split('/').at(-1) ?? ''}/live`;
    const events = await page.evaluate(async (address) => {
      const open = () =>
        new Promise<string>((resolve) => {
          const source = new EventSource(address);
          for (const name of ['booking', 'stop'])
            source.addEventListener(name, () => {
              resolve(name);
            });
        });
      const first = await Promise.all([open(), open(), open()]);
      return [...first, await open()];
    }, address);
    expect(events).toEqual(['booking', 'booking', 'booking', 'stop']);
  });
});
