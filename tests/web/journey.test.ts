import type { WalkPage } from '../../demo/website-walk';
import { describeInBrowser, HANGS_AFTER_MS, type Visitor } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

/** Heading of each page of the way. */
const HEADINGS: Readonly<Partial<Record<WalkPage, string>>> = {
  '/': 'Check symptoms and book a GP appointment',
  '/who': 'Who are the symptoms about?',
  '/age': 'What is their date of birth?',
  '/sex': 'What is their sex?',
  '/symptoms': 'What is wrong?',
  '/checks': 'What fits best?',
  '/where': 'Where are you now?',
  '/outcome': 'What to do next',
  '/patient': 'Who is the appointment for?',
  '/times': 'Choose an appointment time',
  '/contact': 'How can the practice contact you?',
  '/check': 'Check the details before you book',
  '/booked': 'Appointment booked',
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

      const walk = {
        birthDate: patient.birthDate,
        childName: patient.givenName,
        signInAs: parent,
        onPage: (place: WalkPage) => mother.at(HEADINGS[place] ?? /./),
      };
      await mother.walk(walk, '/who');
      await mother.press('Continue');
      await mother.sees('There is a problem');
      expect(await page.title()).toMatch(/^Error: /);
      expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#who');
      await mother.walk(walk, '/outcome');
      // The own practice has given its times away: another has some.
      await site.desk('take', 7);
      await mother.walk(walk, '/times');
      expect(await page.getByText(`For ${patient.givenName}.`).count()).toBe(1);
      await mother.walk(walk, '/contact');
      await mother.press('Keep it for longer');
      await page.getByRole('button', { name: 'Keep it for longer' }).waitFor({ state: 'detached' });
      await mother.walk(walk, '/booked');

      const reference = (await page.locator('.nhsuk-panel strong').textContent()) ?? '';
      expect(reference).toMatch(/\w{4}/);
      const diary = await site.simulator.appointmentsOf(patient);
      expect(diary.filter(({ status }) => status === 'BOOKED')).toHaveLength(1);
      const calendar = page.getByRole('link', { name: 'Add it to your calendar' });
      const file = await context.request.get(`${site.url}${(await calendar.getAttribute('href')) ?? ''}`);
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
    },
  );
});

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
  const calendar = page.getByRole('link', { name: 'Take it out of your calendar' });
  const file = await context.request.get(`${site.url}${(await calendar.getAttribute('href')) ?? ''}`);
  expect(await file.text()).toContain('STATUS:CANCELLED');
}
