import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { manualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import {
  asker,
  type Ask,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamily,
  OPTIONS,
  result,
  WITHIN_A_DAY,
} from '../patient-journey';

const SUPPLIER = 'gp-connect';
/** More than the failures in a row that open a breaker, of a practice and of the supplier alike. */
const WAVES = 6;
const PEOPLE = 6;
const SECOND = 1_000;
/** Searches at once: together a second's worth for the supplier, so that no time passes while people book. */
const AT_ONCE = 18;

const timers = manualTimers();
let gateway: GatewayUnderTest;
let anonymous: { ask: Ask; id: string };
beforeAll(async () => {
  gateway = await inOneProcess({ SEARCH_AT_ONCE: String(AT_ONCE) }, timers);
  const ask = asker(gateway.url);
  const { son } = await newFamily(gateway);
  anonymous = { ask, id: (await checkSymptoms(ask, son, WITHIN_A_DAY)).id };
});
afterEach(() => {
  gateway.simulators.faults.clear();
  gateway.simulators.faults.release();
});
afterAll(() => gateway.close());

/** Searches that wait for a supplier that does not answer, as shortly as the API allows. */
async function askImpatiently(): Promise<{ answer: Promise<unknown> }> {
  const { faults } = gateway.simulators;
  const before = timers.waiting;
  faults.add({ supplier: SUPPLIER, operation: 'SEARCH', fault: { kind: 'held' } });
  const answer = anonymous.ask(OPTIONS, { id: anonymous.id, wait: 100, first: 30 });
  // Each has two times that end: the caller's, and the supplier's own.
  await eventually('all practices wait', () => {
    const held = faults.held(SUPPLIER);
    return held > 0 && timers.waiting - before === 2 * held;
  });
  faults.clear();
  return { answer };
}

async function giveUp({ answer }: { answer: Promise<unknown> }): Promise<void> {
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  await eventually('the impatient are answered', () => {
    if (!isAnswered) timers.advance(10);
    return isAnswered;
  });
}

async function breaker(): Promise<string> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return /supplier_breaker\{supplier="gp-connect",state="(\w+)"\} 1/.exec(metrics)?.[1] ?? 'none';
}

test('however often somebody will not wait, others find, hold and book', async () => {
  const { faults } = gateway.simulators;
  for (let wave = 0; wave < WAVES; wave++) {
    await giveUp(await askImpatiently());
    faults.release();
    await eventually('nothing waits', () => timers.waiting === 0);
  }
  timers.advance(SECOND);
  expect(await breaker()).toBe('CLOSED');

  const families = await Promise.all(Array.from({ length: PEOPLE }, () => newFamily(gateway)));
  const checked = await Promise.all(families.map(({ ask, son }) => checkSymptoms(ask, son, WITHIN_A_DAY)));
  const waiting = await askImpatiently();
  const booked = families.map(async ({ ask, son }, index) => {
    const { id } = checked[index]!;
    const found = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
    const { slots } = found.elsewhere[index % found.elsewhere.length]!;
    const slotId = slots.at(-1 - Math.floor(index / found.elsewhere.length))!.id;
    const hold = await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } });
    const input = { holdId: result(hold).id, contactPhone: '01632 960001', idempotencyKey: randomUUID() };
    const report = found.supplierReports.find(({ supplier }) => supplier.id === SUPPLIER);
    return [report?.outcome, result(await ask(CONFIRM, { input })).status];
  });
  expect(await Promise.all(booked)).toEqual(Array(PEOPLE).fill(['ANSWERED', 'CONFIRMED']));
  await giveUp(waiting);
  expect(await breaker()).toBe('CLOSED');
});

/** Searches that have been sent to suppliers so far. */
function searches(): number {
  const Line = z.object({ msg: z.literal('supplier exchange'), operation: z.literal('SEARCH') });
  return gateway.logged.filter((line) => Line.safeParse(JSON.parse(line)).success).length;
}

async function searchesFor(query: string): Promise<number> {
  const before = searches();
  // A second's worth of searches goes at once.
  timers.advance(SECOND);
  const { errors } = await anonymous.ask(query, { id: anonymous.id });
  expect(errors).toEqual([]);
  return searches() - before;
}

const SEARCH = 'appointmentOptions(first: 30, timeoutMs: 9000) { __typename }';
const thirty = (field: (index: number) => string) =>
  Array.from({ length: 30 }, (_, index) => `a${index}: ${field(index)}`).join(' ');

test.each([
  ['of one search', `query ($id: ID!) { assessment(id: $id) { ${thirty(() => SEARCH)} } }`],
  [
    'of searches that differ in how many are enough, and how long they wait',
    `query ($id: ID!) { assessment(id: $id) { ${thirty(
      (index) => `appointmentOptions(first: ${30 - index}, timeoutMs: ${9_000 + index}) { __typename }`,
    )} } }`,
  ],
])('thirty aliases %s ask each practice once', async (_, query) => {
  const alone = await searchesFor(`query ($id: ID!) { assessment(id: $id) { ${SEARCH} } }`);
  expect(alone).toBeGreaterThan(10);
  expect(await searchesFor(query)).toBe(alone);
});

test('aliases of the symptom check itself ask each practice once', async () => {
  const alone = await searchesFor(`query ($id: ID!) { assessment(id: $id) { ${SEARCH} } }`);
  const twenty = Array.from({ length: 20 }, (_, index) => `a${index}: assessment(id: $id) { ${SEARCH} }`);
  expect(await searchesFor(`query ($id: ID!) { ${twenty.join(' ')} }`)).toBe(alone);
});
