import pino from 'pino';
import { testDatabases } from '../../../tests/databases';
import { eventually } from '../../../domain/eventually';
import { moveBooking, openBooking } from '../../../tests/ledger-bookings';
import { testClock, type TestClock } from '../../../tests/test-clock';
import { typescriptProcess } from '../../../tests/typescript-process';
import {
  webhookConsumer,
  type Reaction,
  type WebhookEvent,
  type WebhookConsumer,
} from '../../../tests/webhook-consumer';
import type { Ledger } from '../ledger/ledger';
import { sharedLedger, type SharedLedger } from '../ledger/ledger-under-test';
import type { Booking } from '../ledger/records';
import type { PeriodicTask } from '../../../platform/run-periodically';
import type { DeliveryPace } from './ordered-delivery';
import { webhookPublisher } from './webhook-publisher';

const DAY = 24 * 60 * 60_000;
/** Looks and pauses are short; attempts and leases run out only when a test lets days pass. */
const PACE: DeliveryPace = {
  lookEveryMs: 50,
  firstPauseMs: 40,
  longestPauseMs: 200,
  deadlineMs: 2 * DAY,
  leaseMs: 4 * DAY,
  giveUpAfterMs: DAY,
};
const NEVER_GIVES_UP: Partial<DeliveryPace> = { giveUpAfterMs: 1_000 * DAY };

describe.each(testDatabases())('telling the front end, with the ledger on $name', (testDatabase) => {
  let shared: SharedLedger;
  let clock: TestClock;
  let books: Ledger;
  let elsewhere: Ledger;
  const logged: string[] = [];
  const open: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    shared = await sharedLedger(testDatabase);
  });
  beforeEach(async () => {
    // A process of its own lives in the machine's time.
    clock = testClock(new Date());
    ({ books, elsewhere } = await shared.emptied(clock));
    logged.length = 0;
  });
  afterEach(async () => {
    for (let close = open.pop(); close !== undefined; close = open.pop()) await close();
  });
  afterAll(() => shared.close());

  /** Lets time pass in small steps until something is so: nobody's attempt or lease runs out by that. */
  function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
    return eventually(what, () => {
      clock.advance(PACE.lookEveryMs);
      return isSo();
    });
  }

  async function consumer(
    react?: (told: WebhookEvent, attempt: number) => Reaction,
  ): Promise<WebhookConsumer> {
    const made = await webhookConsumer(react);
    open.push(() => made.stop());
    return made;
  }

  function telling(to: WebhookConsumer, values: Partial<DeliveryPace> = {}, from = books): PeriodicTask {
    const started = webhookPublisher({
      ledger: from,
      webhook: { url: to.url, keys: [to.key] },
      // What verifies the signatures lives in the machine's time.
      now: () => new Date(),
      logger: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
      pace: { ...PACE, ...values },
      timers: clock.timers,
    });
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= started.stop());
    open.push(() => {
      const isStopped = stop();
      // What still hangs when a test has failed must not hang the others.
      clock.advance(PACE.deadlineMs);
      return isStopped;
    });
    return { stop };
  }

  /** A booking that was confirmed, given back and cancelled: three changes that the person sees. */
  async function changed(): Promise<Booking> {
    let booking = await openBooking(books);
    for (const event of ['ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED'] as const)
      booking = await moveBooking(books, booking, event);
    return booking;
  }

  /** Its three events. The time does not pass while it is changed. */
  const ids = ({ id, changedAt }: Booking) =>
    [2, 3, 4].map((version) => `${id}-${version}-${changedAt.getTime()}`);

  test('says what changed, signed, in order, and nothing about the person', async () => {
    const booking = await changed();
    const frontEnd = await consumer();
    telling(frontEnd);
    await until('all three are taken', () => frontEnd.taken().length === 3);
    expect(frontEnd.heard.map(({ status }) => status)).toEqual(['CONFIRMED', 'CANCELLING', 'CANCELLED']);
    const body: unknown = JSON.parse(frontEnd.heard[0]!.body);
    expect(body).toEqual({
      type: 'booking.changed',
      id: ids(booking)[0],
      bookingId: booking.id,
      reference: booking.reference,
      status: 'CONFIRMED',
      practice: booking.offer.slot.practice,
      startsAt: booking.offer.slot.startsAt.toISOString(),
      endsAt: booking.offer.slot.endsAt.toISOString(),
      mode: 'IN_PERSON',
      occurredAt: (await books.history(booking.id))[1]!.at.toISOString(),
    });
    await until('nothing is left to tell', async () => (await books.health()).undelivered === 0);
  });

  /** The second of three changes is taken at the third attempt only. */
  async function refusedTwice(reaction: Reaction) {
    const booking = await changed();
    const frontEnd = await consumer(({ status }, attempt) =>
      status === 'CANCELLING' && attempt < 3 ? reaction : 'take',
    );
    telling(frontEnd, NEVER_GIVES_UP);
    function expectRepeated(says: RegExp): void {
      const [two, three, four] = ids(booking);
      expect(frontEnd.heard.map(({ id }) => id)).toEqual([two, three, three, three, four]);
      expect(new Set(frontEnd.heard.map(({ body }) => body)).size).toBe(3);
      expect(logged.filter((line) => says.test(line))).toHaveLength(2);
      expect(logged.join('')).not.toContain(frontEnd.url);
    }
    return { frontEnd, expectRepeated };
  }

  test.each<[string, Reaction, RegExp]>([
    ['is broken', { status: 500 }, /STATUS 500/],
    ['sends it elsewhere', 'redirect', /STATUS 307/],
    ['resets the connection', 'reset', /UND_ERR_SOCKET|ECONNRESET/],
  ])('tells again, in the same words, a front end that %s', async (_, reaction, says) => {
    const { frontEnd, expectRepeated } = await refusedTwice(reaction);
    await until('all three are taken', () => frontEnd.taken().length === 3);
    expectRepeated(says);
  });

  test.each<[string, Reaction]>([
    ['never answers', 'hang'],
    ['answers without end', 'drip'],
  ])('tells again, in the same words, when its time is up, a front end that %s', async (_, reaction) => {
    const { frontEnd, expectRepeated } = await refusedTwice(reaction);
    let waitedFor = 0;
    await until('all three are taken', () => {
      const unanswered = frontEnd.heard.filter(({ taken }) => !taken).length;
      if (unanswered > waitedFor) clock.advance(PACE.deadlineMs);
      waitedFor = unanswered;
      return frontEnd.taken().length === 3;
    });
    expectRepeated(/TIMED_OUT/);
  });

  test('a booking that the front end hangs on delays no other, nor the ledger', async () => {
    const stuck = await changed();
    const others = await Promise.all(Array.from({ length: 30 }, changed));
    let hangs = true;
    const frontEnd = await consumer(({ bookingId }) => (hangs && bookingId === stuck.id ? 'hang' : 'take'));
    telling(frontEnd, NEVER_GIVES_UP);
    await until('all others are taken', () => frontEnd.taken().length === 90);
    expect(frontEnd.heard.filter(({ bookingId }) => bookingId === stuck.id)).toHaveLength(1);
    // It still hangs, and still nobody waits for it.
    const later = await changed();
    await until('a later one is taken', () => frontEnd.taken().includes(ids(later)[2]!));
    expect(frontEnd.heard.filter(({ bookingId }) => bookingId === stuck.id)).toHaveLength(1);
    hangs = false;
    clock.advance(PACE.deadlineMs);
    await until('the stuck one is taken', () => frontEnd.taken().includes(ids(stuck)[2]!));
    for (const booking of [...others, later, stuck]) expectInOrder(frontEnd, booking);
  });

  test('after an outage everything is told, each once at least and in order', async () => {
    const frontEnd = await consumer();
    await frontEnd.stop();
    telling(frontEnd);
    const bookings = await Promise.all(Array.from({ length: 40 }, changed));
    await until(
      'sixty attempts fail',
      () => logged.filter((line) => line.includes('ECONNREFUSED')).length > 60,
    );
    expect((await books.health()).undelivered).toBe(120);
    await frontEnd.start();
    await until('everything is taken', () => frontEnd.taken().length === 120);
    for (const booking of bookings) expectInOrder(frontEnd, booking);
  });

  test('two processes tell each change once, as long as both live', async () => {
    const bookings = await Promise.all(Array.from({ length: 40 }, changed));
    const frontEnd = await consumer();
    telling(frontEnd);
    telling(frontEnd, {}, elsewhere);
    await until('everything is taken', () => frontEnd.taken().length === 120);
    await until('nothing is left to tell', async () => (await books.health()).undelivered === 0);
    expect(frontEnd.heard).toHaveLength(120);
    for (const booking of bookings) expectInOrder(frontEnd, booking);
  });

  test('a process that is killed while telling is taken over from', async () => {
    const bookings = await Promise.all(Array.from({ length: 5 }, changed));
    let killed = false;
    const frontEnd = await consumer(() => (killed ? 'take' : 'hang'));
    const { settings: database } = shared;
    const child = await typescriptProcess('tests/webhook-publisher-process.ts', {
      TELLER: JSON.stringify({ database, url: frontEnd.url, secret: frontEnd.secret, pace: PACE }),
    });
    open.push(() => child.kill());
    await eventually('the child tells all five', () => frontEnd.heard.length === 5);
    await child.kill();
    killed = true;
    telling(frontEnd, NEVER_GIVES_UP);
    expect(await books.claimPending(10, 0)).toEqual([]);
    clock.advance(PACE.leaseMs + DAY);
    await until('everything is taken', () => frontEnd.taken().length === 15);
    for (const booking of bookings) expectInOrder(frontEnd, booking);
    expect(frontEnd.heard.filter(({ taken }) => !taken)).toHaveLength(5);
  });

  test('what nobody takes for a day is given up, said aloud, and lets the next go', async () => {
    const booking = await changed();
    const [two, three, four] = ids(booking);
    const frontEnd = await consumer(({ id }) => (id === two ? { status: 422 } : 'take'));
    telling(frontEnd);
    await until('it is tried three times', () => frontEnd.heard.length > 2);
    expect(frontEnd.taken()).toEqual([]);
    clock.advance(PACE.giveUpAfterMs);
    await until('the next two are taken', () => frontEnd.taken().length === 2);
    expect(frontEnd.taken()).toEqual([three, four]);
    const aloud = logged.filter((line) => line.includes('"level":50'));
    expect(aloud).toHaveLength(1);
    expect(aloud[0]).toContain('gave up telling');
    await until('nothing is left to tell', async () => (await books.health()).undelivered === 0);
    expect((await books.health()).abandonedDeliveries).toBe(1);
  });

  test('what was given up is seen, and told once more when somebody says so: in turn, and for another day', async () => {
    const booking = await changed();
    const [two, three, four] = ids(booking);
    let isBack = false;
    const frontEnd = await consumer(() => (isBack ? 'take' : { status: 500 }));
    telling(frontEnd);
    await until('all three are given up', async () => {
      clock.advance(PACE.giveUpAfterMs);
      return (await books.health()).abandonedDeliveries === 3;
    });
    const given = await books.abandonedChanges(10);
    const { id: bookingId, reference, offer } = booking;
    const { practice, startsAt } = offer.slot;
    expect(given.map(({ status }) => status).sort()).toEqual(['CANCELLED', 'CANCELLING', 'CONFIRMED']);
    for (const one of given) expect(one).toMatchObject({ bookingId, reference, practice, startsAt });
    expect(await books.abandonedChanges(2)).toHaveLength(2);
    const keys = given.map(({ version }) => ({ stream: bookingId, position: version }));
    // It is still away: what is sent again is tried for a day once more.
    expect(await books.redeliverChanges(keys)).toBe(3);
    expect(await books.redeliverChanges(keys)).toBe(0);
    const before = frontEnd.heard.length;
    await until('it is tried again', () => frontEnd.heard.length > before + 1);
    expect(await books.abandonedChanges(10)).toEqual([]);
    isBack = true;
    await until('all three are taken', () => frontEnd.taken().length === 3);
    expect(frontEnd.taken()).toEqual([two, three, four]);
    expect(await books.redeliverChanges(keys)).toBe(0);
    await until('nothing is left to tell', async () => (await books.health()).undelivered === 0);
  });

  test('what is old when the front end is first told of it, is not given up at its first refusal', async () => {
    const booking = await changed();
    clock.advance(2 * PACE.giveUpAfterMs);
    const frontEnd = await consumer((_, attempt) => (attempt === 1 ? { status: 503 } : 'take'));
    telling(frontEnd);
    await until('the last is taken', () => frontEnd.taken().includes(ids(booking)[2]!));
    expect(frontEnd.taken()).toHaveLength(3);
  });

  test('an attempt that was overtaken can neither put off nor give up what was told since', async () => {
    await changed();
    const [stale] = await books.claimPending(10, 1_000);
    clock.advance(1_000);
    const [fresh] = await elsewhere.claimPending(10, 60_000);
    expect(fresh).toMatchObject({ version: 2, attempt: 2 });
    expect(await books.abandonDelivery(stale!)).toBe(false);
    await books.scheduleRetry(stale!, -1);
    expect(await books.claimPending(10, 60_000)).toEqual([]);
    await elsewhere.markDelivered(fresh!);
    expect(await books.claimPending(10, 60_000)).toMatchObject([{ version: 3 }]);
  });

  test('after a restore the front end, which drops ids that it knows, hears what became of a booking', async () => {
    const shown = new Map<string, string>();
    const known = new Set<string>();
    const frontEnd = await consumer(({ id, bookingId, status }) => {
      if (!known.has(id)) shown.set(bookingId, status);
      known.add(id);
      return 'take';
    });
    telling(frontEnd);
    const opened = await openBooking(books);
    const { id, holdId } = await moveBooking(books, opened, 'ACCEPTED');
    const shows = (status: string) => () => shown.get(id) === status;
    await until('the front end shows it', shows('CONFIRMED'));
    await until('nothing is left to tell', async () => (await books.health()).undelivered === 0);
    // The moment that is restored lies before it was booked.
    const { db } = shared.database;
    for (const table of ['booking_evidence', 'booking_event', 'outbox'] as const)
      await db.deleteFrom(table).where('booking_id', '=', id).execute();
    await db.deleteFrom('booking').where('id', '=', id).execute();
    await db.deleteFrom('hold').where('id', '=', holdId).execute();
    const { reference, marker, callerId, patientDigest, patientSealed, offer } = opened;
    const adopted = await books.adopt({
      hold: { id: holdId, callerId, patientDigest, patientSealed, offer },
      booking: { id, reference, marker, replacesId: null, contactSealed: null },
    });
    if (adopted.kind !== 'adopted') throw new Error(adopted.kind);
    await moveBooking(books, adopted.booking, 'PROVEN_ABSENT');
    await until('nothing is left to tell', async () => (await books.health()).undelivered === 0);
    expect(shown.get(id)).toBe('FAILED');
  });

  test('stopping lets the attempts under way end, and begins no other', async () => {
    await changed();
    const frontEnd = await consumer(() => 'hang');
    const started = telling(frontEnd);
    await until('the first attempt is under way', () => frontEnd.heard.length === 1);
    const stopped = started.stop();
    clock.advance(PACE.deadlineMs);
    await stopped;
    expect(logged.join('')).toContain('TIMED_OUT');
    expect(clock.timers.waiting).toBe(0);
    expect(frontEnd.heard).toHaveLength(1);
    expect((await books.health()).undelivered).toBe(3);
  });

  function expectInOrder(frontEnd: WebhookConsumer, booking: Booking): void {
    expect(frontEnd.taken().filter((id) => id.startsWith(booking.id))).toEqual(ids(booking));
  }
});
