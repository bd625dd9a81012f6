import { randomUUID } from 'node:crypto';
import type { DemoCallerName } from '../../demo/people';
import type { Person } from '../../domain/caller';
import { eventually } from '../../domain/eventually';
import type { Database } from '../../platform/database/database';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import { NOON } from '../gateway-under-test';
import { moveBooking, openLedger } from '../ledger-bookings';
import { checkSymptoms, CONFIRM, findOptions, HOLD, result, WITHIN_A_DAY } from '../patient-journey';
import { webhookConsumer, type WebhookConsumer } from '../webhook-consumer';
import { describeInBrowser, DESKTOP, HANGS_AFTER_MS, NARROW, type Visitor } from './site-browser';
import { siteUnderTest, type SiteUnderTest } from './site-under-test';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(2 * HANGS_AFTER_MS);

const READERS = [
  { name: 'on a desktop', viewport: DESKTOP, javaScriptEnabled: true },
  { name: 'at 320 pixels without JavaScript', viewport: NARROW, javaScriptEnabled: false },
  { name: 'at 320 pixels', viewport: NARROW, javaScriptEnabled: true },
];

describeInBrowser('the operator’s console', () => {
  let site: SiteUnderTest;
  let frontEnd: WebhookConsumer;
  let books: Ledger;
  let database: Database<LedgerTables>;

  beforeAll(async () => {
    frontEnd = await webhookConsumer(() => 'take', Date.parse(NOON) - Date.now());
    site = await siteUnderTest({ WEBHOOK_URL: frontEnd.url, WEBHOOK_SECRET: frontEnd.secret });
    ({ books, database } = await openLedger(site.gateway.config.databases.appointments));
  });
  afterEach(async () => {
    site.gateway.simulators.faults.clear();
    await site.afterEach();
  });
  afterAll(async () => {
    await books.close();
    await site.close();
    await frontEnd.stop();
  });

  type Options = Omit<(typeof READERS)[number], 'name'>;
  const visitor = ({ viewport, javaScriptEnabled }: Options) => site.visitor({ viewport, javaScriptEnabled });

  /** Somebody who has signed in, on the page with this heading. */
  async function signedIn(
    options: Options,
    as: { name: DemoCallerName; path: string; heading: string },
  ): Promise<Visitor> {
    const opened = await visitor(options);
    await opened.signsInAt(as.path, as.name);
    await opened.at(as.heading);
    return opened;
  }
  const operator = (options: Options) =>
    signedIn(options, { name: 'operator', path: '/operator', heading: 'Overview' });

  type Parent = 'parent' | 'parent-of-twins' | 'parent-of-two';

  /** Keeps a time for a child, and returns the way to confirm it. */
  async function keepTime(parent: Parent, child: Person) {
    const ask = await site.askAs(parent);
    const { id } = await checkSymptoms(ask, child, WITHIN_A_DAY);
    const { elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
    // Not the first: it starts too soon for anybody to look into what became of it.
    const slotId = elsewhere[0]!.slots.at(-1)!.id;
    const hold = await ask(HOLD, { input: { slotId, patientId: child.id, idempotencyKey: randomUUID() } });
    const input = { holdId: result(hold).id, contactPhone: '01632 960001', idempotencyKey: randomUUID() };
    return async () => result(await ask(CONFIRM, { input }));
  }

  /** A booking whose answer was lost, at a practice whose book cannot be read, given to an operator. */
  async function unsettled(parent: Parent, child: Person) {
    const confirm = await keepTime(parent, child);
    const { faults } = site.gateway.simulators;
    const supplier = 'gp-connect';
    const fault = { kind: 'server-error', status: 503, afterCommit: false } as const;
    faults.add({ supplier, operation: 'READ', fault });
    faults.add({ supplier, operation: 'BOOK', times: 1, fault: { kind: 'reset-after-commit' } });
    const lost = await confirm();
    expect(lost.status).toBe('CHECKING');
    await eventually('the booking is given to an operator', async () => {
      const booking = await books.findBooking(lost.id!);
      if (booking?.state === 'MANUAL') return true;
      // The reconciler may be at it just now.
      if (booking !== null) await moveBooking(books, booking, 'OUT_OF_TIME').catch(() => undefined);
      return false;
    });
    return (await books.findBooking(lost.id!))!;
  }

  const CASES = [
    { ...READERS[0]!, parent: 'parent', child: 'sam', answer: 'stands', now: /(^|[.] )Booked[.]$/ },
    {
      ...READERS[1]!,
      parent: 'parent-of-twins',
      child: 'tim',
      answer: 'absent',
      now: /(^|[.] )It was not booked[.]$/,
    },
    {
      ...READERS[2]!,
      parent: 'parent-of-two',
      child: 'ada',
      answer: 'absent',
      now: /(^|[.] )It was not booked[.]$/,
    },
  ] as const;
  it.each(CASES)('settles a booking in two steps, and the patient’s page says so, $name', async (one) => {
    const { reference } = await unsettled(one.parent, site.people[one.child]);
    const patient = await signedIn(one, {
      name: one.parent,
      path: '/appointments',
      heading: 'Your appointments',
    });
    expect(await patient.page.getByText('We are still checking with the practice.').count()).toBe(1);

    const { page, at, press, follow } = await operator(one);
    const waiting = page.locator('.nhsuk-summary-list__row', { hasText: 'Wait for an operator' });
    expect(await waiting.locator('dd').first().innerText()).toBe('1');
    await follow('See the bookings that wait');
    await at('Bookings');
    await press(`Open booking ${reference}`);
    await at(`Booking ${reference}`);
    expect(
      await page.getByText('Phone the practice: is there such an appointment in its book?').count(),
    ).toBe(1);
    await press('Continue');
    await at(`Booking ${reference}`);
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#answer');
    await page.locator(`input[value=${one.answer}]`).check();
    await press('Continue');
    await at(`Check before you settle ${reference}`);
    expect((await books.findBooking((await books.findByReference(reference))!.id))?.state).toBe('MANUAL');
    await follow('Change what the practice says');
    await at(`Booking ${reference}`);
    await page.locator(`input[value=${one.answer}]`).check();
    await press('Continue');
    await at(`Check before you settle ${reference}`);
    const shown = page.url();
    const text = await page.locator('main').innerText();
    for (const { nhsNumber, familyName, birthDate } of Object.values(site.people))
      for (const secret of [nhsNumber, familyName, birthDate]) expect(text).not.toContain(secret);
    await press('Settle this booking');
    await at(`Booking ${reference}`);
    expect(await page.getByText(`${reference} is settled`).count()).toBe(1);

    // Once it is settled, the page of the second step settles nothing more.
    await page.goto(shown);
    await at(`Booking ${reference}`);
    expect(await page.getByText('Nothing is open.').count()).toBe(1);
    await patient.page.reload();
    await patient.at('Your appointments');
    expect(await patient.page.getByText(one.now).count()).toBe(1);
  });

  it('lets the patient cancel what is not in the practice’s book any more, and says what is not known', async () => {
    const confirm = await keepTime('parent-of-two', site.people.ada);
    const { id, status } = await confirm();
    expect(status).toBe('CONFIRMED');
    await moveBooking(books, (await books.findBooking(id!))!, 'MISSED_AT_PRACTICE');
    const { page, at, press } = await signedIn(READERS[0]!, {
      name: 'parent-of-two',
      path: '/appointments',
      heading: 'Your appointments',
    });
    await page
      .locator('p', { hasText: 'We are still checking with the practice.' })
      .locator('xpath=following-sibling::form[1]')
      .getByRole('button', { name: /^See this appointment/ })
      .click();
    await at('Your appointment');
    await page.getByText(/^We can no longer find .* Phone the practice before you go\.$/).waitFor();
    expect(await page.getByRole('button', { name: 'Change the time' }).count()).toBe(0);
    await page.getByLabel('I cannot come').check();
    await press('Cancel this appointment');
    await page.getByText('Cancelled.', { exact: true }).waitFor();
    await at('Your appointment');
    expect((await books.findBooking(id!))?.state).toBe('CANCELLED');
  });

  it('settles a booking once, when two operators have the second page open', async () => {
    const { reference, id } = await unsettled('parent-of-twins', site.people.tom);
    const first = await operator(READERS[0]!);
    const second = await operator(READERS[0]!);
    for (const [{ page, at, press }, answer] of [
      [first, 'stands'],
      [second, 'absent'],
    ] as const) {
      await page.goto(`${site.website}/operator/bookings`);
      await press(`Open booking ${reference}`);
      await at(`Booking ${reference}`);
      await page.locator(`input[value=${answer}]`).check();
      await press('Continue');
      await at(`Check before you settle ${reference}`);
    }
    // As if it had waited for another answer when the page was shown.
    await first.page.evaluate(
      "document.querySelector('input[name=state]').setAttribute('value', 'CANCEL_MANUAL')",
    );
    await first.press('Settle this booking');
    await first.at('This booking has changed');
    expect((await books.findBooking(id))?.state).toBe('MANUAL');
    await first.page.goBack();
    await first.page.reload();
    await first.press('Settle this booking');
    await first.at(`Booking ${reference}`);
    await second.press('Settle this booking');
    await second.at('Nothing was settled');
    expect(await second.page.locator('main').innerText()).toContain('The person sees that it is booked.');
    expect((await books.findBooking(id))?.state).toBe('CONFIRMED');
    await second.follow('See this booking');
    await second.at(`Booking ${reference}`);
  });

  it('finds a booking by the reference that somebody reads out, and says so where there is none', async () => {
    const [one] = await database.db.selectFrom('booking').select('reference').limit(1).execute();
    const { page, at, press } = await operator(READERS[2]!);
    await page.goto(`${site.website}/operator/bookings`);
    await at('Bookings');
    await press('Find this booking');
    await at('Bookings');
    expect(await page.locator('.nhsuk-error-summary').innerText()).toContain('Enter a booking reference');
    await page.getByLabel('Booking reference').fill('mrs example');
    await press('Find this booking');
    await at('Bookings');
    expect(await page.locator('.nhsuk-error-summary').innerText()).toContain('No booking has this reference');
    await page.getByLabel('Booking reference').fill(one!.reference.toLowerCase().replace('-', ' '));
    await press('Find this booking');
    await at(`Booking ${one!.reference}`);
    expect(page.url()).not.toContain(one!.reference);
  });

  it.each(READERS.slice(0, 2))(
    'switches a symptom check off and on again, and all of them, $name',
    async (options) => {
      const patient = await visitor(options);
      await findChecksForRash(patient);
      await patient.at('What fits best?');
      expect(await patient.page.locator('input[value=child-rash]').count()).toBe(1);

      const { page, at, press, follow } = await operator(options);
      await page.goto(`${site.website}/operator/symptom-checks`);
      await at('Symptom checks');
      const rash = (await page.locator('h2', { hasText: /rash/i }).first().innerText()).trim();
      const check = { title: rash, name: `“${rash}”` };
      await switchTo('off', check);
      expect(await page.getByText(`${check.name} is switched off`).count()).toBe(1);
      await findChecksForRash(patient);
      await patient.page.getByText(/111/).first().waitFor();
      expect(await patient.page.locator('input[value=child-rash]').count()).toBe(0);
      await switchTo('off', { title: 'all symptom checks', name: 'all symptom checks' });
      await findChecksForRash(patient);
      await patient.sees('Call 111 instead');
      await switchTo('on', { title: 'all symptom checks', name: 'all symptom checks' });
      await switchTo('on', check);
      expect(await page.getByText('Switched off', { exact: true }).count()).toBe(0);
      await findChecksForRash(patient);
      await patient.at('What fits best?');
      expect(await patient.page.locator('input[value=child-rash]').count()).toBe(1);

      async function switchTo(to: 'off' | 'on', { title, name }: { title: string; name: string }) {
        await follow(`Switch ${to} ${title}`);
        await at(`Switch ${name} ${to}`);
        await page.getByLabel('Reason').fill(' ');
        await press('Continue');
        await at(`Switch ${name} ${to}`);
        expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#reason');
        await page.getByLabel('Reason').fill('The advice on fever is being looked at.');
        await press('Continue');
        await at(`Check before you switch ${name} ${to}`);
        expect(page.url()).not.toContain('fever');
        await press(/^Switch (it|all) (off|on)$/);
        await at('Symptom checks');
      }
    },
  );

  it('shows that a practices’ system is down, and that it answers again', async () => {
    const { page, at } = await operator(READERS[0]!);
    await page.goto(`${site.website}/operator/suppliers`);
    await at('Practices’ systems');
    expect(await page.getByText('Does not answer').count()).toBe(0);
    for (const operation of ['SESSION', 'SEARCH', 'OTHER'] as const)
      site.gateway.simulators.faults.add({
        supplier: 'emis',
        operation,
        fault: { kind: 'reset-before-commit' },
      });
    await page.getByRole('link', { name: 'Ask again' }).click();
    await at('Practices’ systems');
    await page.getByText('Does not answer').waitFor();
    await page.goto(`${site.website}/operator`);
    await at('Overview');
    expect(await page.locator('main').innerText()).toMatch(/systems\s+1 of \d+ /);
    site.gateway.simulators.faults.clear();
    await page.goto(`${site.website}/operator/suppliers`);
    await at('Practices’ systems');
    expect(await page.getByText('Does not answer').count()).toBe(0);
  });

  it.each(READERS.slice(0, 2))('sends what nobody took again, $name', async (options) => {
    const { page, at, press } = await operator(options);
    await page.goto(`${site.website}/operator/messages`);
    await at('Messages that were not delivered');
    expect(await page.getByText('Every message was taken, or is still being sent.').count()).toBe(1);
    const given = await giveUpTwo();
    await page.reload();
    await at('Messages that were not delivered');
    await press('Send the selected messages again');
    await at('Messages that were not delivered');
    expect(await page.locator('.nhsuk-error-summary').innerText()).toContain('Select the messages');
    expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#front-end');
    const heard = frontEnd.heard.length;
    await page.locator(`input[value="${given[0]!}"]`).check();
    await press('Send the selected messages again');
    await at('Messages that were not delivered');
    expect(await page.getByText('1 message sent again from now on').count()).toBe(1);
    expect(await page.locator('input[type=checkbox]').count()).toBe(1);
    await eventually('the chosen one is heard again', () => frontEnd.heard.length === heard + 1);
    await press('Send all again');
    await at('Messages that were not delivered');
    expect(await page.getByText('Every message was taken, or is still being sent.').count()).toBe(1);
    await eventually('both are heard again', () => frontEnd.heard.length === heard + 2);
  });

  /** Two messages to the front end, as if nobody had taken them for a day; returns their ids. */
  async function giveUpTwo(): Promise<string[]> {
    const given = await database.db
      .selectFrom('outbox')
      .select(['booking_id', 'version'])
      .where('delivered_at', 'is not', null)
      .limit(2)
      .execute();
    for (const { booking_id, version } of given)
      await database.db
        .updateTable('outbox')
        .set({ delivered_at: null, given_up_at: Date.parse(NOON) })
        .where('booking_id', '=', booking_id)
        .where('version', '=', version)
        .execute();
    expect(given).toHaveLength(2);
    return given.map(({ booking_id, version }) => `${booking_id}:${version}`);
  }

  it.each([
    { as: 'parent', says: 'You have signed in as a patient.', staff: false },
    { as: 'practice', says: 'You have signed in as somebody who works at a practice.', staff: true },
    { as: 'analyst', says: 'You have signed in as an analyst.', staff: true },
  ] as const)('tells $as in words that these pages are for operators', async ({ as, says, staff }) => {
    const { page, at, signsInAt } = await visitor(READERS[2]!);
    await signsInAt(`/sign-in?next=/operator${staff ? '&as=staff' : ''}`, as);
    for (const path of ['', '/bookings', '/messages', '/symptom-checks', '/command-line']) {
      await page.goto(`${site.website}/operator${path}`);
      await at('This page is for operators of the service');
      expect(await page.locator('main').innerText()).toContain(says);
    }
    const suppliers = await page.goto(`${site.website}/operator/suppliers`);
    expect(suppliers?.status()).toBe(as === 'analyst' ? 200 : 403);
  });

  it('says what is done on the command line, and where the rest is', async () => {
    const { page, at, follow } = await operator(READERS[2]!);
    await follow('What is done on the command line');
    await at('What is done on the command line');
    expect(await page.locator('main').innerText()).toContain('find-bookings');
  });

  /** Everyday words about a child of six: the list of symptom checks, or why there is none. */
  async function findChecksForRash({ page, press, walk, open }: Visitor): Promise<void> {
    const { birthDate } = site.people.sam;
    if (page.url() === 'about:blank') await walk({ birthDate }, '/symptoms');
    else await open('/symptoms');
    await page.locator('textarea').fill('rash');
    await press('Continue');
    await page.waitForURL(/\/checks$/);
  }
});
