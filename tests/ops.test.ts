import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { demoIssuer } from '../demo/issuer';
import { freePort } from '../platform/http/free-port';
import type { Database } from '../platform/database/database';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import type { Ledger } from '../subgraphs/appointments/ledger/ledger';
import { eventually } from '../domain/eventually';
import { inOneProcess, NOON, type GatewayUnderTest } from './gateway-under-test';
import { moveBooking, openLedger } from './ledger-bookings';
import {
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamily,
  result,
  WITHIN_A_DAY,
} from './patient-journey';
import { webhookConsumer, type WebhookConsumer } from './webhook-consumer';

const ROOT = join(__dirname, '..');
const OPS = join(ROOT, 'dist', 'scripts', 'ops.js');
/** Only a hung process takes so long. */
const HANGS_AFTER_MS = 120_000;

let gateway: GatewayUnderTest;
let frontEnd: WebhookConsumer;
/** The gateway's own ledger, as another process sees it. */
let books: Ledger;
let database: Database<LedgerTables>;

beforeAll(async () => {
  // `npm test` has built it; a test run alone may come first.
  if (!existsSync(OPS)) spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT });
  frontEnd = await webhookConsumer(() => 'take', Date.parse(NOON) - Date.now());
  gateway = await inOneProcess({ WEBHOOK_URL: frontEnd.url, WEBHOOK_SECRET: frontEnd.secret });
  const { appointments } = gateway.config.databases;
  ({ books, database } = await openLedger(appointments));
});
afterAll(async () => {
  await books.close();
  await gateway.close();
  await frontEnd.stop();
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The command line as an operator runs it, in a process of its own. */
function ops(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [OPS, ...args],
      {
        cwd: ROOT,
        timeout: HANGS_AFTER_MS,
        env: {
          PATH: process.env.PATH,
          DATA_DIR: gateway.config.dataDir,
          PORT: new URL(gateway.url).port,
          ...env,
        },
      },
      (_error, out, err) => {
        resolve({ code: child.exitCode, out, err });
      },
    );
  });
}

type Family = Awaited<ReturnType<typeof newFamily>>;

/** A booking whose answer was lost, at a practice whose book cannot be read. */
async function lostBooking({ ask, son }: Family): Promise<string> {
  const supplier = 'gp-connect';
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
  // Not the first: it starts too soon for anybody to look into what became of it.
  const slotId = elsewhere[0]!.slots.at(-1)!.id;
  const hold = await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } });
  const { faults } = gateway.simulators;
  const fault = { kind: 'server-error', status: 503, afterCommit: false } as const;
  faults.add({ supplier, operation: 'READ', fault });
  faults.add({ supplier, operation: 'BOOK', times: 1, fault: { kind: 'reset-after-commit' } });
  const input = { holdId: result(hold).id, contactPhone: '01632 960001', idempotencyKey: randomUUID() };
  const lost = result(await ask(CONFIRM, { input }));
  expect(lost.status).toBe('CHECKING');
  return lost.id!;
}

/** The reconciler may be at it just now. */
async function escalateToOperator(bookingId: string): Promise<void> {
  await eventually('the booking is given to an operator', async () => {
    const booking = await books.findBooking(bookingId);
    if (booking?.state === 'MANUAL') return true;
    if (booking !== null) await moveBooking(books, booking, 'OUT_OF_TIME').catch(() => undefined);
    return false;
  });
}

async function scraped(): Promise<string> {
  const response = await fetch(`${gateway.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

function printed(bookingId: string): string[] {
  return frontEnd.heard.filter((event) => event.bookingId === bookingId).map(({ status }) => status);
}

test('a booking that could not be read back is shown, settled by hand, and reported', async () => {
  const family = await newFamily(gateway);
  const bookingId = await lostBooking(family);
  const before = await ops(['bookings', '--unsettled']);
  expect(before).toMatchObject({ code: 0, err: '' });
  expect(before.out).toMatch(/1 unsettled, of which none needs an operator/);
  expect(before.out).toMatch(/UNKNOWN {2,}\d+ s/);
  expect(before.out).toContain('its answer was lost');
  expect(before.out).toMatch(/BOOK AMBIGUOUS UNREACHABLE/);

  await escalateToOperator(bookingId);
  const shown = await ops(['bookings', '--unsettled']);
  expect(shown.out).toMatch(/1 unsettled, of which 1 needs an operator/);
  expect(shown.out).toMatch(/^! {2,}[0-9A-Z]{4}-[0-9A-Z]{4} {2}MANUAL/m);
  expect(shown.out).toContain(`npm run ops -- settle ${bookingId} --stands`);
  for (const { nhsNumber, familyName, givenName, birthDate } of [family.mother, family.son])
    for (const secret of [nhsNumber, familyName, givenName, birthDate])
      expect(shown.out).not.toContain(secret);
  expect(await scraped()).toMatch(/^gp_booking_awaiting_operator 1$/m);

  const json = await ops(['bookings', '--unsettled', '--json']);
  expect(JSON.parse(json.out)).toMatchObject([{ booking: { id: bookingId }, needsAnOperator: true }]);

  const settled = await ops(['settle', bookingId, '--stands']);
  expect(settled).toMatchObject({ code: 0, err: '' });
  expect(settled.out).toMatch(/is CONFIRMED now/);
  await eventually('the front end has been told', () => printed(bookingId).length >= 2);
  expect(printed(bookingId)).toEqual(['NEEDS_ATTENTION', 'CONFIRMED']);

  const again = await ops(['settle', bookingId, '--absent']);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toMatch(/does not wait for an operator: it is CONFIRMED/);
  expect((await ops(['bookings', '--unsettled'])).out).toBe('Every booking is settled.\n');
});

test('a booking is found by the reference that somebody reads out, in any state and without a name', async () => {
  gateway.simulators.faults.clear();
  const { ask, son, mother } = await newFamily(gateway);
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
  const times = elsewhere.flatMap(({ slots }) => slots);
  const [{ id: slotId }] = times.sort((one, other) => other.startsAt.localeCompare(one.startsAt)) as [
    (typeof times)[0],
  ];
  const key = () => ({ idempotencyKey: randomUUID() });
  const hold = result(await ask(HOLD, { input: { slotId, patientId: son.id, ...key() } }));
  const confirmed = { input: { holdId: hold.id, contactPhone: '01632 960 001', ...key() } };
  const bookingId = result(await ask(CONFIRM, confirmed)).id!;
  const { reference } = (await books.findBooking(bookingId))!;
  const [first, second] = reference.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').split('-');
  const spoken = await ops(['booking', first!, second!]);
  expect(spoken).toMatchObject({ code: 0, err: '' });
  expect(spoken.out).toMatch(new RegExp(`^${reference}\\n +status +CONFIRMED \\(CONFIRMED\\)`));
  const cancelled = { input: { bookingId, reason: 'CANNOT_ATTEND', ...key() } };
  const cancel =
    'mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { __typename ... on Booking { id } } }';
  expect(result(await ask(cancel, cancelled)).__typename).toBe('Booking');
  const json = await ops(['booking', `${first}${second}`, '--json']);
  expect(JSON.parse(json.out)).toMatchObject({ booking: { id: bookingId, status: 'CANCELLED' } });
  expect(json.out).toContain('"asked": "PERSON"');
  expect(json.out).toContain('CANNOT_ATTEND');
  for (const { nhsNumber, familyName, givenName, birthDate } of [mother, son])
    for (const secret of [nhsNumber, familyName, givenName, birthDate, '01632 960 001', '01632960001'])
      expect(json.out + spoken.out).not.toContain(secret);
});

test('what nobody took for a day is listed, and sent again', async () => {
  expect((await ops(['undelivered'])).out).toBe('Nothing was given up.\n');
  const given = await database.db
    .selectFrom('outbox')
    .innerJoin('booking', 'booking.id', 'outbox.booking_id')
    .select(['booking_id', 'outbox.version', 'reference', 'status'])
    .where('delivered_at', 'is not', null)
    .limit(2)
    .execute();
  expect(given).toHaveLength(2);
  for (const { booking_id, version } of given)
    await database.db
      .updateTable('outbox')
      .set({ delivered_at: null, given_up_at: Date.parse(NOON) })
      .where('booking_id', '=', booking_id)
      .where('version', '=', version)
      .execute();
  const { out } = await ops(['undelivered']);
  for (const { booking_id, version, reference, status } of given)
    expect(out).toMatch(new RegExp(`^front end +${status} +${reference} .* ${booking_id}:${version}$`, 'm'));
  const heard = frontEnd.heard.length;
  const [one] = given;
  const named = await ops(['redeliver', `${one!.booking_id}:${one!.version}`]);
  expect(named.out).toMatch(/^Sent again from now on: 1 to the front end, 0 to own practices\./);
  expect((await ops(['redeliver', '--all'])).out).toMatch(/: 1 to the front end, 0 to own practices/);
  await eventually('both are heard again', () => frontEnd.heard.length === heard + 2);
  expect((await ops(['undelivered'])).out).toBe('Nothing was given up.\n');
});

test('health says how bookings, the front end’s news and the suppliers fare', async () => {
  const { code, out } = await ops(['health']);
  expect(code).toBe(0);
  expect(out).toMatch(/^needs an operator +0$/m);
  expect(out).toMatch(/^GP Connect.* (UP|DEGRADED|DOWN), breaker (CLOSED|HALF_OPEN|OPEN)$/m);
  const json: unknown = JSON.parse((await ops(['health', '--json'])).out);
  expect(json).toMatchObject({ bookingHealth: { awaitingOperator: 0 } });
});

describe('an error is one sentence with the remedy', () => {
  async function refused(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { code, out, err } = await ops(args, env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).not.toMatch(/^\s+at |Error:/m);
    return err.trim();
  }

  test('where no gateway runs', async () => {
    const PORT = String(await freePort());
    const says = await refused(['health'], { PORT });
    expect(says).toMatch(new RegExp(`No gateway answers at http://127.0.0.1:${PORT}: start one`));
  });

  test('with the token of somebody else', async () => {
    const issuer = await demoIssuer(gateway.config.dataDir);
    const OPERATOR_TOKEN = await issuer.sign('client', 'demo-analyst', { scope: 'analyst' });
    expect(await refused(['bookings', '--unsettled'], { OPERATOR_TOKEN })).toMatch(/not an operator’s/);
    const settle = await refused(['settle', randomUUID(), '--stands'], { OPERATOR_TOKEN });
    expect(settle).toMatch(/Nothing was settled\. This is for operators\./);
  });

  test('with a token that is not accepted', async () => {
    const says = await refused(['health'], { OPERATOR_TOKEN: 'a.b.c' });
    expect(says).toMatch(/does not accept this token \(MALFORMED\)/);
  });

  test('for a booking that does not exist', async () => {
    expect(await refused(['settle', randomUUID(), '--stands'])).toMatch(/Nothing was settled\./);
    expect(await refused(['booking', '0000-0000'])).toBe('No booking has the reference 0000-0000.');
    expect(await refused(['booking', 'Mrs', 'Example'])).toMatch(
      /^That is no reference: .* for example K7QX-2MPD/,
    );
  });

  test.each([
    [[]],
    [['bookings']],
    [['settle', 'some-id']],
    [['settle', 'some-id', '--stands', '--absent']],
    [['settle', '--stands']],
    [['booking']],
    [['redeliver']],
    [['redeliver', 'some-id', '--all']],
    [['helth']],
    [['health', '--loud']],
  ])('after %j, by what can be said', async (args) => {
    expect(await refused(args)).toMatch(/^Say what to do:/);
  });
});
