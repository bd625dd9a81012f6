import type { DemoCallerName } from '../../demo/people';
import type { SimulatedAppointment } from '../../demo/simulator-control';
import type { CheckedSymptoms } from '../../demo/website-walk';
import type { Person } from '../../domain/caller';
import { eventually } from '../../domain/eventually';
import { describeInBrowser, HANGS_AFTER_MS, type Visitor } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

/** Earache that lets somebody wait until tomorrow. */
const EARACHE: CheckedSymptoms = {
  who: 'SELF',
  words: 'earache',
  check: 'earache',
  answers: new Map([
    ['earache.unwell', 'no'],
    ['earache.risk', 'no'],
    ['earache.discharge', 'yes'],
  ]),
};

describeInBrowser('appointments on the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  // Times to choose from are some hours ahead, so that what is booked can be changed online.
  beforeEach(async () => {
    await site.desk('free');
    await site.desk('take', 3);
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  const standing = async (person: Person) =>
    (await site.simulator.appointmentsOf(person)).filter(({ status }) => status === 'BOOKED');

  /** Checks the person's own symptoms and takes the last time, up to the page on how to be reached. */
  async function keepsTime(visitor: Visitor, { birthDate }: Person, signInAs: DemoCallerName): Promise<void> {
    await visitor.open('/');
    await visitor.walk({ birthDate, signInAs, symptoms: EARACHE }, '/contact');
  }

  /** Waits for these words in the list of appointments, and opens the one that is there. */
  async function opensFromList(visitor: Visitor, as: DemoCallerName, words: string): Promise<void> {
    const { page } = visitor;
    await eventually(`the list says: ${words}`, async () => {
      await visitor.open('/appointments');
      if (!page.url().startsWith(site.url)) await visitor.signsIn(as);
      await visitor.heading('Your appointments');
      return (await page.locator('main').innerText()).includes(words);
    });
    await visitor.sees('Your appointments');
    await page
      .locator('main p', { hasText: words })
      .locator('xpath=following-sibling::form[1]')
      .getByRole('button')
      .click();
    await visitor.sees('Your appointment');
  }

  /** The practice's desk gives somebody another time; its book is compared every 15 minutes. */
  async function movesAtDesk(person: Person): Promise<void> {
    const [appointment] = await standing(person);
    const desk = `/practices/${appointment?.practice ?? ''}/desk/move`;
    const moved = await site.simulator.send('POST', desk, { nhsNumber: person.nhsNumber });
    expect(moved).toEqual({ moved: true });
    await site.clock(16);
  }

  async function takesNewTime({ page, ...visitor }: Visitor): Promise<void> {
    await visitor.sees('Choose a new time');
    await visitor.choosesTime('first');
    await visitor.sees('Check the new time');
    if ((await page.locator('#phone').count()) > 0) await page.locator('#phone').fill('01632 960123');
    await visitor.press('Change to this time');
    await visitor.sees('Appointment booked');
  }

  const hasOtherTime = (person: Person, than: SimulatedAppointment | undefined) =>
    eventually('the new time alone is in the diary', async () => {
      const [only, ...others] = await standing(person);
      return others.length === 0 && only !== undefined && only.id !== than?.id;
    });

  it('that the practice has moved are changed to a time that suits, and cancelled where none does', async () => {
    const { una: person } = site.people;
    const una = await site.visitor();
    await keepsTime(una, person, 'unregistered');
    await una.books();
    await una.heading('Appointment booked');
    await movesAtDesk(person);
    await opensFromList(una, 'unregistered', 'The practice has moved it.');
    const [moved] = await standing(person);
    await una.press('Change the time');
    await takesNewTime(una);
    await hasOtherTime(person, moved);
    await movesAtDesk(person);
    await opensFromList(una, 'unregistered', 'The practice has moved it.');
    await una.page.getByLabel('I cannot come').check();
    await una.press('Cancel this appointment');
    await una.page.getByText('Cancelled.', { exact: true }).waitFor();
    await una.sees('Your appointment');
    expect(await una.page.getByRole('button', { name: /Change|Cancel|suits/ }).count()).toBe(0);
    expect(await standing(person)).toEqual([]);
  });

  it('that could not be found out say what is not known, and what to do', async () => {
    const { owen: person } = site.people;
    const owen = await site.visitor();
    await keepsTime(owen, person, 'other-parent');
    await site.fault('READ', 'malformed');
    await site.fault('BOOK', 'reset-after-commit', 1);
    await owen.books();
    await owen.heading('We are asking the practice');
    // A booking of which nothing is known for two hours is for an operator; sessions have ended by then.
    await site.clock(121);
    await opensFromList(owen, 'other-parent', 'We are still checking with the practice.');
    await owen.page
      .getByText(/^We do not know yet if the practice has booked .* Do not book another one/)
      .waitFor();
    expect(await owen.page.getByRole('link', { name: /^0/ }).count()).toBe(1);
    expect(await owen.page.getByRole('button', { name: /Change|Cancel|suits/ }).count()).toBe(0);
    await site.simulator.send('DELETE', '/faults');
  });

  it('are changed through a new symptom check where the one before is too old', async () => {
    const { ruth: person } = site.people;
    const ruth = await site.visitor();
    // A time that is still some hours ahead then.
    await site.desk('take', 9);
    await keepsTime(ruth, person, 'patient');
    await ruth.books();
    await ruth.heading('Appointment booked');
    const [before] = await standing(person);
    // An outcome holds for four hours. The session does not end as long as something is done.
    for (let minutes = 0; minutes <= 240; minutes += 25) {
      await site.clock(25);
      await ruth.open('/cookies');
    }
    await site.desk('free');
    await opensFromList(ruth, 'patient', 'Booked.');
    await ruth.press('Change the time');
    await ruth.sees('Check the symptoms again');
    await ruth.page.getByRole('link', { name: 'Check symptoms again' }).click();
    await ruth.heading('What is wrong?');
    await ruth.walk({ birthDate: person.birthDate, symptoms: EARACHE }, '/times');
    await takesNewTime(ruth);
    await hasOtherTime(person, before);
  });

  it('are changed through a new symptom check where the session has ended', async () => {
    const { grace: person } = site.people;
    const grace = await site.visitor();
    await keepsTime(grace, person, 'parent-of-two');
    await grace.books();
    await grace.heading('Appointment booked');
    const [before] = await standing(person);
    await site.clock(31);
    await opensFromList(grace, 'parent-of-two', 'Booked.');
    await grace.press('Change the time');
    await grace.sees('Check the symptoms again first');
    await grace.page.getByRole('link', { name: 'Check the symptoms' }).click();
    await grace.heading('Who are the symptoms about?');
    await grace.walk({ birthDate: person.birthDate, symptoms: EARACHE }, '/times');
    await takesNewTime(grace);
    await hasOtherTime(person, before);
  });

  it('of two children are each their own: in the diary, on their pages, and in two tabs', async () => {
    const { tim, tom } = site.people;
    const parent = await site.visitor();
    const { page, context } = parent;
    const walk = { birthDate: tom.birthDate, signInAs: 'parent-of-twins' };
    await parent.open('/');
    // Tim was chosen first, and a time is kept for him; then the parent sees that it is about Tom.
    await parent.walk({ ...walk, childName: 'Tim' }, '/contact');
    await parent.open('/patient');
    await page.getByLabel('Tom', { exact: true }).check();
    await parent.press('Continue');
    await parent.heading('Choose an appointment time');
    await parent.open('/check');
    await parent.heading('Choose an appointment time');
    await parent.walk({ ...walk, childName: 'Tom' }, '/check');
    await page.locator('.nhsuk-summary-list__row', { hasText: 'For' }).getByText('Tom').waitFor();
    await parent.walk(walk, '/booked');
    await parent.sees('Appointment booked');
    const firstOf = (shown: typeof page) =>
      shown.locator('.nhsuk-summary-list__row', { hasText: 'For' }).first().locator('dd').innerText();
    expect(await firstOf(page)).toBe('Tom');
    expect([(await standing(tim)).length, (await standing(tom)).length]).toEqual([0, 1]);
    const reference = await page.locator('.nhsuk-panel strong').innerText();

    // The other twin needs a symptom check of his own, which begins with nothing of his brother's.
    const tab = await context.newPage();
    await tab.goto(page.url());
    await parent.press('Check symptoms for somebody else');
    await parent.sees('Who are the symptoms about?');
    expect(await page.locator('input[type=radio]:checked').count()).toBe(0);
    await parent.walk({ ...walk, childName: 'Tim' }, '/times');
    await page.getByText('For Tim.').waitFor();
    await page.getByText(/^Your other appointment is at .* come first\.$/).waitFor();
    await parent.sees('Choose an appointment time');
    await parent.walk(walk, '/booked');
    await parent.sees('Appointment booked');
    expect(await firstOf(page)).toBe('Tim');
    expect([(await standing(tim)).length, (await standing(tom)).length]).toEqual([1, 1]);
    expect(await page.locator('.nhsuk-panel strong').innerText()).not.toBe(reference);

    await tab.reload();
    expect(await tab.locator('.nhsuk-panel strong').innerText()).toBe(reference);
    expect(await firstOf(tab)).toBe('Tom');
    const file = await context.request.get(
      site.url +
        ((await tab.getByRole('link', { name: 'Add it to your calendar' }).getAttribute('href')) ?? ''),
    );
    expect(await file.text()).toContain(`Reference: ${reference}`);
  });

  it('are not booked from a page of another tab than the one in which the time was chosen', async () => {
    const { ada, ben } = site.people;
    const parent = await site.visitor();
    const { page, context } = parent;
    await parent.open('/');
    await parent.walk({ birthDate: ada.birthDate, signInAs: 'parent-of-two', childName: 'Ada' }, '/contact');
    await parent.givesPhone();
    await parent.heading('Check the details before you book');
    const tab = await context.newPage();
    await tab.goto(`${site.url}/times`);
    await tab.locator('input[name=slot]').first().check();
    await tab.getByRole('button', { name: 'Continue' }).click();
    await tab.waitForURL(/\/contact$/);
    await parent.press('Book this appointment');
    await parent.sees('You have chosen another time meanwhile');
    expect([(await standing(ada)).length, (await standing(ben)).length]).toEqual([0, 0]);
    await page.getByRole('link', { name: 'Check the details' }).click();
    await parent.heading('Check the details before you book');
    await parent.press('Book this appointment');
    await parent.heading('Appointment booked');
    expect((await standing(ada)).length).toBe(1);
  });
});
