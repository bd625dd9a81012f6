import { CASE_STUDY_PRACTICE, demoPeople } from '../../demo/people';
import { londonDate, wallClock } from '../../domain/london-time';
import { OdsCode } from '../../domain/ods-code';
import { describeInBrowser, HANGS_AFTER_MS, NARROW, type Visitor } from './site-browser';
import { startWebsite, type Website } from './website';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(3 * HANGS_AFTER_MS);

const HOUR_MS = 3_600_000;
const NEW_PRACTICE = 'Z90022';
/** More than any page has fields, links and buttons. */
const MAX_TABS = 150;

describeInBrowser('the practice’s book on the website', () => {
  let site: Website;
  const visitor = (options?: { javaScriptEnabled?: boolean }) =>
    site.visitor({ viewport: NARROW, ...options });
  const { sam } = demoPeople(CASE_STUDY_PRACTICE, new Date());

  beforeAll(async () => {
    site = await startWebsite();
    await site.simulator.deskFrees(CASE_STUDY_PRACTICE, new Date(), new Date(Date.now() + 5 * HOUR_MS));
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  it('is closed while a patient keeps a time: the patient is told, and books once it is open again', async () => {
    const [mother, manager] = [await visitor(), await visitor()];
    await mother.walk({ birthDate: sam.birthDate, signInAs: 'parent' }, '/contact');
    await mother.givesPhone();
    await mother.sees('Check the details before you book');

    await manager.signsInAt('/practice', 'practice');
    await manager.sees('your diary');
    await manager.press('Close the book now');
    await manager.page.getByText('Your book is closed to everybody.').first().waitFor();
    await manager.sees('your diary');
    expect(await manager.page.getByRole('button', { name: 'Close the book now' }).count()).toBe(0);
    const offered = await manager.page
      .locator('tbody td', { hasText: /^\s*(Your patients)?\s*Offered/ })
      .count();
    expect(offered).toBe(0);

    await mother.press('Book this appointment');
    await mother.sees('This practice has stopped taking online bookings');
    expect(await site.simulator.appointmentsOf(sam)).toEqual([]);

    await manager.press('Undo: open the book again');
    await manager.page.getByText('Your book is open again, by your rules.').waitFor();
    await manager.sees('your diary');
    expect(await manager.page.getByRole('button', { name: 'Undo: open the book again' }).count()).toBe(0);
    await mother.open('/check');
    await mother.press('Book this appointment');
    await mother.sees('Appointment booked');
    const [appointment] = await site.simulator.appointmentsOf(sam);
    expect(appointment).toMatchObject({ status: 'BOOKED', practice: CASE_STUDY_PRACTICE });

    const startsAt = new Date(appointment?.startsAt ?? '');
    await manager.open(`/practice?day=${londonDate(startsAt)}`);
    await manager.sees('your diary');
    const booked = await manager.page.locator('tbody tr', { hasText: 'Your own' }).allTextContents();
    expect(booked).toHaveLength(1);
    expect(await manager.page.locator('main').textContent()).not.toMatch(/Sam|Ruth|rash/);
    const week = manager.page.locator('table', { hasText: 'What is booked on the next days' });
    expect(await week.locator('tbody tr').count()).toBe(7);
    expect(await week.locator('tbody tr', { hasText: /Booked\s*1\s/ }).count()).toBe(1);
    await closeAround(manager, startsAt);
  });

  /** Closes the book over an appointment, which has to be seen first; and takes that back. */
  async function closeAround({ page, press, open, sees }: Visitor, startsAt: Date) {
    const fill = async (name: 'from' | 'until', moment: Date) => {
      const [, year = '', month = '', day = '', time = ''] =
        /^(\d+)-(\d+)-(\d+)T(\d\d:\d\d)/.exec(wallClock(moment)) ?? [];
      for (const [part, value] of Object.entries({ day, month, year, time }))
        await page.locator(`#${name}-${part}`).fill(value);
    };
    await open('/practice/closures');
    await sees('Close your book for a time');
    await fill('from', new Date(startsAt.getTime() + HOUR_MS));
    await fill('until', startsAt);
    await press('Close the book for this time');
    await sees('There is a problem');
    expect(await page.locator('#until-error, #reason-error').count()).toBeGreaterThan(0);
    await page.locator('#from-time').fill('noon');
    await press('Close the book for this time');
    await page.getByText('Start: enter a time, like 9:30am or 14:00').first().waitFor();
    await sees('There is a problem');
    await fill('from', startsAt);
    await fill('until', new Date(startsAt.getTime() + HOUR_MS));
    await page.locator('#reason').fill('Staff training');
    await press('Close the book for this time');
    await sees('Appointments are booked in this time');
    expect(await page.locator('tbody tr').count()).toBe(1);
    await press('Close the book, and keep these appointments');
    await page.getByText('Your book is closed:').waitFor();
    await sees('Close your book for a time');
    await page.getByRole('button', { name: /^Take back/ }).click();
    await page.getByText('The closure is taken back.').waitFor();
    await sees('Close your book for a time');
    await page.getByText('None is set.').waitFor();
    await open('/practice/history');
    await sees('What was changed');
    expect(await page.locator('main h2').allTextContents()).toEqual([
      'Closure taken back: done',
      'Closure added: done',
      'Book opened again: done',
      'Book closed: done',
    ]);
    await page.getByText('Reason: Staff training').waitFor();
  }

  it('is closed, and not opened, by a receptionist; who is told so before', async () => {
    const [receptionist, manager] = [await visitor({ javaScriptEnabled: false }), await visitor()];
    const { page, press, sees, signsInAt } = receptionist;
    await signsInAt('/practice', 'receptionist');
    await sees('your diary');
    const warning = 'Only somebody who manages the practice can open it again.';
    await page.getByText(warning).waitFor();
    await press('Close the book now');
    await page.getByText('Your book is closed to everybody.').first().waitFor();
    await sees('your diary');
    expect(await page.getByRole('button', { name: /open the book again/i }).count()).toBe(0);
    expect(await page.getByText(warning).count()).toBeGreaterThan(0);

    await manager.signsInAt('/practice', 'practice');
    await manager.sees('your diary');
    await manager.press('Open the book again');
    await manager.page.getByText('Your book is open again, by your rules.').waitFor();
  });

  it('is not opened by a receptionist’s form that says otherwise: the API has refused it, in words', async () => {
    const { page, press, sees, signsInAt } = await visitor();
    await signsInAt('/practice', 'receptionist');
    await sees('your diary');
    await page.evaluate(
      `document.querySelector('form[action="/practice/close-now"]').action = '/practice/reopen'`,
    );
    await press('Close the book now');
    await sees('You may not change this');
    await page.getByText('Only managers of the practice may do this.').waitFor();
    await page.getByRole('link', { name: 'Go back to your diary' }).click();
    await sees('your diary');
  });

  it('is closed by nobody from another practice, who sees their own', async () => {
    const [other, manager] = [await visitor(), await visitor()];
    await other.signsInAt('/practice', 'other-practice');
    await other.sees('Your practice has not opened its book');
    await other.open('/practice/opt-in');
    await other.sees('Is your system connected?');
    await other.page.getByText('Your clinical system is not connected to this service').waitFor();
    expect(await other.page.getByRole('button', { name: 'Continue' }).count()).toBe(0);
    await other.open('/practice/closures');
    await other.sees('Close your book for a time');
    await other.page.evaluate(
      `document.querySelector('main input[name=practice]').value = '${CASE_STUDY_PRACTICE}';
       document.querySelector('main form').action = '/practice/close-now'`,
    );
    await other.press('Close the book for this time');
    await other.sees('This is not your practice');
    await other.page.getByText('This is for staff of that practice.').waitFor();

    await manager.signsInAt('/practice/history', 'practice');
    await manager.sees('What was changed');
    expect((await manager.page.locator('main h2').allTextContents())[0]).toBe('Book closed: refused');
    await manager.page.getByText('by a manager of Z90052').waitFor();
    await manager.open('/practice');
    await manager.page.getByText('Your book is open.').waitFor();
  });

  it('is not shown to patients and operators, who are told who sees it', async () => {
    const patient = await visitor();
    await patient.signsInAt('/sign-in?next=/practice', 'patient');
    await patient.sees('This page is for staff of a GP practice');
    await patient.page.getByText('You have signed in with NHS login, as a patient.').waitFor();
    await patient.page.getByRole('link', { name: /^Sign in with the role/ }).click();
    await patient.page.getByRole('heading', { name: 'Demonstration of CIS2' }).waitFor();
    await patient.press('Sign in as operator');
    await patient.sees('This page is for staff of a GP practice');
    await patient.page.getByText('You have signed in as an operator').waitFor();
  });

  it('is opened for the first time in four steps, by keyboard alone', async () => {
    const manager = await visitor();
    const { page, sees, signsInAt } = manager;
    await site.simulator.deskFrees(
      OdsCode.parse(NEW_PRACTICE),
      new Date(),
      new Date(Date.now() + 5 * HOUR_MS),
    );
    const focused = () =>
      page.evaluate('(document.activeElement.id || document.activeElement.textContent).trim()');
    const tabTo = async (name: string) => {
      const passed: unknown[] = [];
      for (let tabs = 0; tabs < MAX_TABS && (await focused()) !== name; tabs++) {
        await page.keyboard.press('Tab');
        passed.push(await focused());
      }
      if ((await focused()) !== name)
        throw new Error(`Tab does not lead to ${name}, but to: ${passed.join(', ')}`);
    };
    const enter = async (name: string) => {
      await tabTo(name);
      await page.keyboard.press('Enter');
    };
    const tick = async (name: string) => {
      await tabTo(name);
      await page.keyboard.press('Space');
    };

    await signsInAt('/practice', 'new-practice');
    await sees('Your practice has not opened its book');
    await enter('Start');
    await sees('Is your system connected?');
    expect(await page.locator('main').textContent()).toMatch(/Step 1 of 4/);
    await page.getByText('111 urgent').waitFor();
    await enter('Continue');
    await sees('What do you release?');
    expect(await page.locator('main').textContent()).toMatch(/Step 2 of 4/);
    await enter('Continue');
    await sees('There is a problem');
    for (const id of ['audiences', 'modes', 'slotTypes', 'dispositions'])
      expect({ id, links: await page.locator(`.nhsuk-error-summary a[href="#${id}"]`).count() }).toEqual({
        id,
        links: 1,
      });
    for (const id of ['audiences', 'audiences-2', 'modes', 'modes-2', 'slotTypes', 'dispositions-3'])
      await tick(id);
    await enter('Continue');
    await sees('Check what would be offered');
    await page.getByText('Other practices’ patients').first().waitFor();
    expect(await page.locator('main').textContent()).toMatch(/Step 3 of 4/);
    await enter('Continue');
    await sees('Open your book');
    const before = await visitor();
    await before.signsInAt('/practice', 'new-practice');
    await before.sees('Your practice has not opened its book');
    await enter('Open the book');
    await page.getByText('Your book is open. What your rules release can be booked now.').waitFor();
    await sees('your diary');
  });

  // The last, since a breaker stays open for a while.
  it('is not called empty when the practice’s system does not answer', async () => {
    const manager = await visitor();
    await manager.signsInAt('/practice', 'practice');
    await manager.sees('your diary');
    await site.turn('down', 'gp-connect');
    // A day that nobody has read yet.
    const later = londonDate(new Date(Date.now() + 20 * 24 * HOUR_MS));
    await manager.open(`/practice?day=${later}`);
    await manager.page
      .getByText('Your system did not answer. That does not mean that nothing is free.')
      .waitFor();
    await manager.sees('your diary');
    await manager.open('/practice/rules');
    await manager.sees('What do you release?');
    await site.turn('up', 'gp-connect');
  });
});
