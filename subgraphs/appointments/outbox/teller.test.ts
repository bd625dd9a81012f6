import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { testDatabases } from '../../../tests/databases';
import { moveBooking, openBooking, openLedger } from '../../../tests/ledger-bookings';
import { typescriptProcess } from '../../../tests/typescript-process';
import {
  webhookConsumer,
  type Reaction,
  type Told,
  type WebhookConsumer,
} from '../../../tests/webhook-consumer';
import type { Database, DatabaseSettings } from '../../database';
import type { Ledger } from '../ledger/ledger';
import type { Booking } from '../ledger/records';
import type { LedgerTables } from '../ledger/tables';
import type { Repeating } from '../repeatedly';
import { PACE, type Pace } from './tell-in-order';
import { teller } from './teller';

/** As in production, only that nobody waits long. */
const FAST: Pace = {
  ...PACE,
  lookEveryMs: 10,
  firstPauseMs: 40,
  longestPauseMs: 200,
};
const IMPATIENT: Partial<Pace> = { deadlineMs: 300 };

describe.each(testDatabases())('telling the front end, with the ledger on $name', ({ settings }) => {
  let where: DatabaseSettings;
  let database: Database<LedgerTables>;
  let books: Ledger;
  /** Another connection, as another process would have. */
  let elsewhere: Ledger;
  const logged: string[] = [];
  const open: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    where = await settings();
    ({ books, database } = await openLedger(where));
    elsewhere = (await openLedger(where)).books;
    open.push(books.close, elsewhere.close);
    logged.length = 0;
  });
  afterEach(async () => {
    for (let close = open.pop(); close !== undefined; close = open.pop()) await close();
  });

  async function consumer(react?: (told: Told, attempt: number) => Reaction): Promise<WebhookConsumer> {
    const made = await webhookConsumer(react);
    open.push(() => made.stop());
    return made;
  }

  function telling(to: WebhookConsumer, values: Partial<Pace> = {}, from = books): Repeating {
    const started = teller({
      ledger: from,
      webhook: { url: to.url, key: to.key },
      now: () => new Date(),
      logger: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
      pace: { ...FAST, ...values },
    });
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= started.stop());
    open.push(stop);
    return { stop };
  }

  /** A booking that was confirmed, given back and cancelled: three changes that the person sees. */
  async function changed(): Promise<Booking> {
    let booking = await openBooking(books);
    for (const event of ['ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED'] as const)
      booking = await moveBooking(books, booking, event);
    return booking;
  }

  const ids = ({ id }: Booking) => [`${id}-2`, `${id}-3`, `${id}-4`];

  test('says what changed, signed, in order, and nothing about the person', async () => {
    const booking = await changed();
    const frontEnd = await consumer();
    telling(frontEnd);
    await until(() => frontEnd.taken().length === 3);
    expect(frontEnd.heard.map(({ status }) => status)).toEqual(['CONFIRMED', 'CANCELLING', 'CANCELLED']);
    const body: unknown = JSON.parse(frontEnd.heard[0]!.body);
    expect(body).toEqual({
      type: 'booking.changed',
      id: `${booking.id}-2`,
      bookingId: booking.id,
      reference: booking.reference,
      status: 'CONFIRMED',
      occurredAt: (await books.history(booking.id))[1]!.at.toISOString(),
    });
    await until(async () => (await books.health()).untold === 0);
  });

  test.each<[string, Reaction, RegExp]>([
    ['is broken', { status: 500 }, /STATUS 500/],
    ['sends it elsewhere', 'redirect', /STATUS 307/],
    ['resets the connection', 'reset', /UND_ERR_SOCKET|ECONNRESET/],
    ['never answers', 'hang', /TIMED_OUT/],
    ['answers without end', 'drip', /TIMED_OUT|HPE_/],
  ])('tells again, in the same words, a front end that %s', async (_, reaction, says) => {
    const booking = await changed();
    const frontEnd = await consumer(({ status }, attempt) =>
      status === 'CANCELLING' && attempt < 3 ? reaction : 'take',
    );
    telling(frontEnd, IMPATIENT);
    await until(() => frontEnd.taken().length === 3);
    const [two, three, four] = ids(booking);
    // On a slow machine one that was taken may be told twice.
    const heard = frontEnd.heard.map(({ id }) => id);
    expect(heard.filter((id) => id === three).length).toBeGreaterThanOrEqual(3);
    expect(heard.indexOf(four!)).toBeGreaterThan(heard.lastIndexOf(three!));
    expect(frontEnd.taken()).toEqual([two, three, four]);
    expect(new Set(frontEnd.heard.map(({ body }) => body)).size).toBe(3);
    expect(logged.join('')).toMatch(says);
    expect(logged.join('')).not.toContain(frontEnd.url);
  });

  test('a booking that the front end hangs on delays no other, nor the ledger', async () => {
    const stuck = await changed();
    const others = await Promise.all(Array.from({ length: 30 }, changed));
    const frontEnd = await consumer(({ bookingId }) => (bookingId === stuck.id ? 'hang' : 'take'));
    telling(frontEnd);
    await until(() => frontEnd.taken().length === 90);
    expect(frontEnd.heard.filter(({ bookingId }) => bookingId === stuck.id)).toHaveLength(1);
    // It still hangs, and still nobody waits for it.
    const later = await changed();
    await until(() => frontEnd.taken().includes(`${later.id}-4`));
    for (const other of [...others, later]) expectInOrder(frontEnd, other);
    // Lets go of the attempt that hangs.
    await frontEnd.stop();
    await frontEnd.start();
  });

  test('after an outage everything is told, each once at least and in order', async () => {
    const frontEnd = await consumer();
    await frontEnd.stop();
    telling(frontEnd);
    const bookings = await Promise.all(Array.from({ length: 40 }, changed));
    await until(() => logged.filter((line) => line.includes('ECONNREFUSED')).length > 60);
    expect((await books.health()).untold).toBe(120);
    await frontEnd.start();
    await until(() => frontEnd.taken().length === 120);
    for (const booking of bookings) expectInOrder(frontEnd, booking);
  });

  test('two processes tell each change once, as long as both live', async () => {
    const bookings = await Promise.all(Array.from({ length: 40 }, changed));
    const frontEnd = await consumer();
    telling(frontEnd);
    telling(frontEnd, {}, elsewhere);
    await until(() => frontEnd.taken().length === 120);
    await until(async () => (await books.health()).untold === 0);
    expect(frontEnd.heard).toHaveLength(120);
    for (const booking of bookings) expectInOrder(frontEnd, booking);
  });

  test('a process that is killed while telling is taken over from', async () => {
    const bookings = await Promise.all(Array.from({ length: 5 }, changed));
    let killed = false;
    const frontEnd = await consumer(() => (killed ? 'take' : 'hang'));
    const pace = { ...FAST, leaseMs: 2_000 };
    const child = await typescriptProcess('tests/teller-process.ts', {
      TELLER: JSON.stringify({ database: where, url: frontEnd.url, secret: frontEnd.secret, pace }),
    });
    open.push(() => child.kill());
    await until(() => frontEnd.heard.length === 5);
    await child.kill();
    killed = true;
    telling(frontEnd);
    await until(() => frontEnd.taken().length === 15);
    for (const booking of bookings) expectInOrder(frontEnd, booking);
    expect(frontEnd.heard.filter(({ taken }) => !taken)).toHaveLength(5);
  });

  test('what nobody takes for a day is given up, said aloud, and lets the next go', async () => {
    const booking = await changed();
    const [two, three, four] = ids(booking);
    const frontEnd = await consumer(({ id }) => (id === two ? { status: 422 } : 'take'));
    telling(frontEnd);
    await until(() => frontEnd.heard.length > 2);
    expect(frontEnd.taken()).toEqual([]);
    await database.db
      .updateTable('outbox')
      .set({ first_tried_at: Date.now() - PACE.giveUpAfterMs })
      .where('version', '=', 2)
      .execute();
    await until(() => frontEnd.taken().length === 2);
    expect(frontEnd.taken()).toEqual([three, four]);
    const aloud = logged.filter((line) => line.includes('"level":50'));
    expect(aloud).toHaveLength(1);
    expect(aloud[0]).toContain('gave up telling');
    await until(async () => (await books.health()).untold === 0);
    expect((await books.health()).givenUpTelling).toBe(1);
  });

  test('what is old when the front end is first told of it, is not given up at its first refusal', async () => {
    const { id } = await changed();
    const twoDaysAgo = Date.now() - 2 * PACE.giveUpAfterMs;
    await database.db.updateTable('outbox').set({ at: twoDaysAgo }).execute();
    const frontEnd = await consumer((_, attempt) => (attempt === 1 ? { status: 503 } : 'take'));
    telling(frontEnd);
    await until(() => frontEnd.taken().includes(`${id}-4`));
    expect(frontEnd.taken()).toHaveLength(3);
  });

  test('an attempt that was overtaken can neither put off nor give up what was told since', async () => {
    await changed();
    const [stale] = await books.claimUntold(10, -1);
    const [fresh] = await elsewhere.claimUntold(10, 60_000);
    expect(fresh).toMatchObject({ version: 2, attempt: 2 });
    expect(await books.giveUpTelling(stale!)).toBe(false);
    await books.notTold(stale!, -1);
    expect(await books.claimUntold(10, 60_000)).toEqual([]);
    await elsewhere.told(fresh!);
    expect(await books.claimUntold(10, 60_000)).toMatchObject([{ version: 3 }]);
  });

  test('stopping lets the attempts under way end', async () => {
    await changed();
    const frontEnd = await consumer(() => 'hang');
    const started = telling(frontEnd, IMPATIENT);
    await until(() => frontEnd.heard.length === 1);
    await started.stop();
    const heard = frontEnd.heard.length;
    await sleep(3 * FAST.longestPauseMs);
    expect(frontEnd.heard).toHaveLength(heard);
    expect((await books.health()).untold).toBe(3);
  });

  function expectInOrder(frontEnd: WebhookConsumer, booking: Booking): void {
    expect(frontEnd.taken().filter((id) => id.startsWith(booking.id))).toEqual(ids(booking));
  }
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('It did not come to be.');
    await sleep(10);
  }
}
