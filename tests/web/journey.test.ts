import { describeInBrowser, HANGS_AFTER_MS, startWebsite, type Visitor, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

/** NHS numbers, tokens, UUIDs and the ids of the API: long texts without a word in them. */
const SECRET_IN_ADDRESS = /\d{10}|eyJ|[0-9a-f]{8}-[0-9a-f]{4}|[\w-]{24,}/;

/** The mother's answers on the pages of the symptom check, by question; "None of these" to others. */
const ANSWERS: Readonly<Record<string, string>> = {
  'child-rash.fever': 'yes',
  'child-rash.long-fever': 'no',
  'child-rash.scarlet-fever': 'no',
  'child-rash.chickenpox': 'no',
  'child-rash.compared-with-normal': 'much-less',
};

describeInBrowser('a mother books for her child on the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  // Another child each time, and another parent: a person is booked for one complaint once.
  it.each([
    { name: 'on a phone', options: {}, child: 'sam', parent: 'parent' },
    {
      name: 'on a desktop',
      options: { viewport: { width: 1280, height: 900 } },
      child: 'ada',
      parent: 'parent-of-two',
    },
    {
      name: 'without JavaScript',
      options: { javaScriptEnabled: false },
      child: 'tim',
      parent: 'parent-of-twins',
    },
  ] as const)(
    'from the start page to the practice’s own diary, $name',
    async ({ options, child, parent }) => {
      const mother = await site.visitor(options);
      const { page, context } = mother;
      const patient = site.people[child];
      await site.desk('free');

      await page.goto(site.url);
      await mother.sees('Check symptoms and book a GP appointment');
      await mother.press('Start now');
      await mother.sees('Who are the symptoms about?');
      await mother.press('Continue');
      await mother.sees('There is a problem');
      expect(await page.title()).toMatch(/^Error: /);
      expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#who');
      await page.getByLabel('My child').check();
      await mother.press('Continue');
      await mother.sees('What is their date of birth?');
      const [year = '', month = '', day = ''] = patient.birthDate.split('-');
      await page.getByLabel('Day').fill(day);
      await page.getByLabel('Month').fill(month);
      await page.getByLabel('Year').fill(year);
      await mother.press('Continue');
      await mother.sees('What is their sex?');
      await page.getByLabel('Prefer not to say').check();
      await mother.press('Continue');
      await mother.sees('What is wrong?');
      await page.getByLabel('What is wrong?').fill('rash and fever');
      await mother.press('Continue');
      await mother.sees('What fits best?');
      await page.locator('input[value=child-rash]').check();
      await mother.press('Continue');
      await mother.sees('Where are you now?');
      await page.locator('#postcode').fill('WY1 1AA');
      await mother.press('Continue');
      await answerQuestions(mother);
      await mother.sees('What to do next');
      // The own practice has given its times away: another has some.
      await site.desk('take', 7);
      await mother.findsTimes(parent);
      if (parent !== 'parent') {
        await mother.heading('Who is the appointment for?');
        await page.getByLabel(patient.givenName).check();
        await mother.press('Continue');
      }
      await mother.sees('Choose an appointment time');
      expect(await page.getByText(`For ${patient.givenName}.`).count()).toBe(1);
      await mother.choosesTime('last');
      await mother.sees('How can the practice contact you?');
      await mother.press('Keep it for longer');
      await page.getByRole('button', { name: 'Keep it for longer' }).waitFor({ state: 'detached' });
      await mother.sees('How can the practice contact you?');
      await page.locator('#phone').fill('01632 960123');
      await mother.press('Continue');
      await mother.sees('Check the details before you book');
      await mother.press('Book this appointment');
      await mother.sees('Appointment booked');

      const reference = (await page.locator('.nhsuk-panel strong').textContent()) ?? '';
      expect(reference).toMatch(/\w{4}/);
      const diary = await site.simulator.appointmentsOf(patient);
      expect(diary.filter(({ status }) => status === 'BOOKED')).toHaveLength(1);
      const file = await context.request.get(`${site.url}/booked/appointment.ics`);
      expect(await file.text()).toContain(`Reference: ${reference}`);
      expect(await file.text()).not.toMatch(/rash|fever/i);

      await page.goto(`${site.url}/appointments`);
      await mother.sees('Your appointments');
      await page
        .getByRole('button', { name: /^See this appointment/ })
        .first()
        .click();
      await mother.sees('Your appointment');
      await cancels(mother, site);
      await mother.press('Sign out');
      await mother.heading('Check symptoms and book a GP appointment');

      const own = mother.addresses
        .filter((address) => address.startsWith(site.url))
        .map((address) => new URL(address));
      expect(own.map(({ pathname }) => pathname)).toEqual(
        expect.arrayContaining(['/outcome', '/times', '/contact', '/check', '/booked']),
      );
      // The one address with a long name is that of the styles and scripts: the hash of their content. The provider's own
      // code and state come back in the address of one request, and are good once.
      const told = own
        .filter(({ pathname }) => !pathname.startsWith('/assets/') && pathname !== '/sign-in/callback')
        .map(({ pathname, search }) => pathname + search);
      expect(told.filter((path) => SECRET_IN_ADDRESS.test(path))).toEqual([]);
    },
  );
});

async function answerQuestions({ page, sees, press }: Visitor): Promise<void> {
  for (;;) {
    await page.locator('h1').first().waitFor();
    const key = /^\/question\/(.+)$/.exec(new URL(page.url()).pathname)?.[1];
    if (key === undefined) return;
    await sees(((await page.locator('h1').first().textContent()) ?? '').trim());
    await page.locator(`input[name=answer][value="${ANSWERS[key] ?? 'none'}"]`).check();
    await press('Continue');
    await page.waitForURL((address) => !address.pathname.endsWith(`/${key}`));
  }
}

/** The practice decides how near a time may be cancelled online, and the simulation runs at the time of day that it is. */
async function cancels({ page, press, sees, context }: Visitor, site: Website): Promise<void> {
  const cancel = page.getByRole('button', { name: 'Cancel this appointment' });
  if ((await cancel.count()) === 0) {
    await page.getByText(/^It is too late to change or cancel this online/).waitFor();
    return;
  }
  await cancel.click();
  await sees('There is a problem');
  await page.getByLabel('I feel better').check();
  await press('Cancel this appointment');
  await page.getByText(/^(Cancelled|We are cancelling it)[.]$/).waitFor();
  await sees('Your appointment');
  if ((await page.getByText('Cancelled.').count()) === 0) return;
  const file = await context.request.get(`${site.url}/booked/appointment.ics`);
  expect(await file.text()).toContain('STATUS:CANCELLED');
}
