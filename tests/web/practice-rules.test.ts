import { CASE_STUDY_PRACTICE, demoPeople } from '../../demo/people';
import { londonDate } from '../../domain/london-time';
import { describeInBrowser, HANGS_AFTER_MS, NARROW, type Visitor } from './site-browser';
import { startWebsite, type Website } from './website';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(2 * HANGS_AFTER_MS);

const HOUR_MS = 3_600_000;

describeInBrowser('the practice’s rules on the website', () => {
  let site: Website;
  const visitor = (options?: { javaScriptEnabled?: boolean }) =>
    site.visitor({ viewport: NARROW, ...options });
  /** A day on which something is free soon, whatever the hour: tomorrow, where today is nearly over. */
  const soon = londonDate(new Date(Date.now() + 2 * HOUR_MS));

  beforeAll(async () => {
    site = await startWebsite();
    await site.simulator.deskFrees(CASE_STUDY_PRACTICE, new Date(), new Date(Date.now() + 5 * HOUR_MS));
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  const historyOf = async ({ open, sees, page }: Visitor) => {
    await open('/practice/history');
    await sees('What was changed');
    return page.locator('main h2').allTextContents();
  };
  const fill = ({ page }: Visitor, id: string, text: string) => page.locator(`#${id}`).fill(text);

  it('are tried on the own diary before anything is stored', async () => {
    const manager = await visitor();
    const { page, press, sees, signsInAt, open } = manager;
    await signsInAt('/practice', 'practice');
    await sees('your diary');
    await open('/practice/rules');
    await sees('What do you release?');
    await page.locator('#previewDay').selectOption(soon);
    await press('Preview');
    await sees('Not offered:');
    const offered = page.locator('h3:text("Offered: ") ~ ul').first();
    expect(await page.getByRole('heading', { name: /^Offered: [1-9]/ }).count()).toBe(1);
    expect(await offered.textContent()).toMatch(/111 urgent, (face to face|phone call)/);
    expect(await page.getByText('it is later than the patient needs').count()).toBeGreaterThan(0);

    await fill(manager, 'youngest', '7');
    await press('Preview');
    await page.getByRole('heading', { name: 'Offered: 0' }).waitFor();
    await sees('Not offered:');
    const reasons = await page.locator('h3:text("Not offered: ") + ul > li').allTextContents();
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((text) => !text.includes('your rules leave out this age'))).toEqual([]);
    expect(await historyOf(manager)).toEqual([]);
  });

  it('with wrong input are refused as a whole, and the form keeps what was typed', async () => {
    const manager = await visitor();
    const { page, press, sees, signsInAt } = manager;
    await signsInAt('/practice/rules', 'practice');
    await sees('What do you release?');
    await fill(manager, 'youngest', 'young');
    await fill(manager, 'horizon', '99');
    await press('Continue');
    await sees('There is a problem');
    expect(await page.title()).toMatch(/^Error: /);
    const links = page.locator('.nhsuk-error-summary a');
    expect((await links.allTextContents()).map((text) => text.trim())).toEqual([
      'Youngest age: enter years, like 5, or months, like 18 months',
    ]);
    expect(await page.evaluate('document.activeElement.className')).toContain('nhsuk-error-summary');
    await links.first().click();
    expect(await page.evaluate('document.activeElement.id')).toBe('youngest');
    await fill(manager, 'youngest', '16');
    await fill(manager, 'oldest', '15');
    await page.locator('#otherTypes').fill('111 Urgent');
    await press('Continue');
    await page.getByText('Other kinds of slots (111 Urgent)').first().waitFor();
    await sees('There is a problem');
    const targets: (string | null)[] = [];
    for (const link of await links.all()) targets.push(await link.getAttribute('href'));
    expect(targets).toEqual(expect.arrayContaining(['#horizon', '#oldest', '#otherTypes']));
    // Each link leads to a field that is there.
    for (const target of targets) expect(await page.locator(target ?? '#').count()).toBe(1);
    expect(await page.locator('#horizon').inputValue()).toBe('99');
    expect(await page.locator('#horizon-error').textContent()).toContain('must be from 0 to 56 days');
    expect(await historyOf(manager)).toEqual([]);
  });

  it('are saved after a check, and whoever changes them meanwhile is told', async () => {
    const [first, second] = [await visitor(), await visitor()];
    for (const { signsInAt, sees } of [first, second]) {
      await signsInAt('/practice/rules', 'practice');
      await sees('What do you release?');
    }
    await fill(first, 'horizon', '7');
    await first.press('Continue');
    await first.sees('Check your rules before you save them');
    await first.page.getByText('Days ahead: 7 (before: 14)').waitFor();
    await first.press('Save these rules');
    await first.sees('your diary');
    await first.page.getByText('Your rules are saved').waitFor();

    await fill(second, 'notice', '45');
    await second.press('Continue');
    await second.sees('Check your rules before you save them');
    await second.press('Save these rules');
    await second.sees('There is a problem');
    await second.page.getByText('Somebody else has changed the rules').first().waitFor();
    const changes = await second.page.locator('#changes ~ ul').first().locator('li').allTextContents();
    expect(changes).toEqual(['Days ahead: 14 (before: 7)', 'Notice: 45 minutes (before: 15 minutes)']);
    await second.press('Start again from the rules as they are now');
    await second.sees('What do you release?');
    expect(await second.page.locator('#horizon').inputValue()).toBe('7');
    await fill(second, 'notice', '45');
    await second.press('Continue');
    await second.sees('Check your rules before you save them');
    await second.press('Save these rules');
    await second.sees('your diary');
    expect(await historyOf(second)).toEqual([
      'Rules set: done',
      'Rules set: not done: somebody else had changed the rules',
      'Rules set: done',
    ]);
    expect(await second.page.locator('main').textContent()).toContain(
      'Notice: 45 minutes (before: 15 minutes)',
    );
  });

  it('are set without JavaScript', async () => {
    const manager = await visitor({ javaScriptEnabled: false });
    const { page, press, sees, signsInAt } = manager;
    await signsInAt('/practice/rules', 'practice');
    await sees('What do you release?');
    await fill(manager, 'cutOff', '120');
    await page.locator('#previewDay').selectOption(soon);
    await press('Preview');
    await sees('Not offered:');
    await press('Continue');
    await sees('Check your rules before you save them');
    await press('Save these rules');
    await sees('your diary');
    expect((await historyOf(manager))[0]).toBe('Rules set: done');
    await page
      .getByText('Patients can cancel online until: 2 hours before (before: 1 hour before)')
      .waitFor();
  });

  it('are seen and not changed by a receptionist', async () => {
    const { page, sees, signsInAt, open } = await visitor();
    await signsInAt('/practice/rules', 'receptionist');
    await sees('What your practice releases');
    await page.getByText('Only somebody who manages the practice can change the rules').waitFor();
    expect(await page.locator('main form').count()).toBe(0);
    await open('/practice/history');
    await sees('What was changed');
  });

  it('send an own patient elsewhere when nothing is free in time, and the practice sees why', async () => {
    const now = new Date();
    const { sam } = demoPeople(CASE_STUDY_PRACTICE, now);
    await site.simulator.deskTakes(CASE_STUDY_PRACTICE, now, new Date(now.getTime() + 8 * HOUR_MS));
    const mother = await visitor();
    await mother.walk({ birthDate: sam.birthDate, signInAs: 'parent' }, '/contact');
    await mother.books();
    await mother.page.getByRole('heading', { name: 'Appointment booked' }).waitFor();

    const { page, sees, signsInAt } = await visitor();
    await signsInAt('/practice/elsewhere', 'receptionist');
    await sees('Your patients booked elsewhere');
    const row = await page.locator('tbody tr').allTextContents();
    expect(row).toHaveLength(1);
    expect(row[0]).toContain('You had no time that was soon enough');
    expect(row[0]).toContain('Booked');
    expect(row[0]).not.toContain(CASE_STUDY_PRACTICE);
    expect(await page.locator('main').textContent()).not.toMatch(/Sam|Ruth|rash/);
  });
});
