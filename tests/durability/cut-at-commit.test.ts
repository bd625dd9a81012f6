import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { isOneOf, UNSETTLED_STATES } from '../../subgraphs/appointments/lifecycle/states';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import type { Database, DatabaseSettings } from '../../platform/database/database';
import { DatabaseUnavailable } from '../../platform/database/database-unavailable';
import { situations } from '../appointments/situations';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  LONG_WAIT_MS,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { asItComes, faultProxy, type FaultProxy, type Treatment } from '../faults/fault-proxy';
import { openLedger } from '../ledger-bookings';
import { newHold } from './new-hold';
import { unlikePromised } from './promises';

const postgres = testDatabases().find(({ name }) => name === 'PostgreSQL');
// `tests/global-setup.ts` says when the machine has no PostgreSQL.
const suite = postgres === undefined ? describe.skip : describe;

/** PostgreSQL never got the commit; or it did, and the answer was lost. */
const CUTS = ['reset', 'reset-after-reply'] as const;
type Cut = (typeof CUTS)[number];
const CHECK_IN_MS = 60_000;

suite('PostgreSQL’s connection is cut at COMMIT', () => {
  let proxy: FaultProxy;
  let treat: (sent: Buffer) => Treatment | null;
  let direct: DatabaseSettings;
  let proxied: DatabaseSettings;
  /** Database as another process sees it, whose connections are whole. */
  let database: Database<LedgerTables>;
  let elsewhere: Ledger;

  beforeAll(async () => {
    const settings = await postgres!.settings();
    if (settings.kind !== 'postgres') throw new Error('PostgreSQL is what is tested here.');
    treat = () => null;
    const url = new URL(settings.url);
    proxy = await faultProxy({
      upstream: { host: url.hostname, port: Number(url.port) },
      request: asItComes,
      treat: (sent) => treat(sent),
    });
    direct = settings;
    proxied = {
      kind: 'postgres',
      url: Object.assign(url, { port: proxy.port }).href,
      waitMs: LONG_WAIT_MS,
    };
    ({ books: elsewhere, database } = await openLedger(direct));
  });
  beforeEach(() => {
    treat = () => null;
  });
  afterAll(async () => {
    await elsewhere.close();
    await proxy.close();
  });

  /** The n-th commit from now on, counted from 1. */
  function cutAt(commit: number, kind: Cut): void {
    let commits = 0;
    // Statements that nobody waits for are sent with the commit, and answered before it.
    const fault = kind === 'reset' ? { kind } : { kind, upTo: 'COMMIT\0' };
    treat = (sent) => (sent.includes('commit\0') && ++commits === commit ? { fault } : null);
  }

  describe('in the ledger', () => {
    let books: Ledger;
    beforeAll(async () => {
      ({ books } = await openLedger(proxied));
    });
    afterAll(() => books.close());

    test.each(CUTS)('a hold that met %s is refused, found by its key, and there once', async (cut) => {
      const { hold, request } = newHold(newPractice(), randomUUID());
      const asked = request('hold');
      cutAt(1, cut);
      await expect(books.recordHold(hold, CHECK_IN_MS, asked)).rejects.toThrow(DatabaseUnavailable);
      expect(await elsewhere.findHold(hold.id, hold.callerId)).toEqual(
        cut === 'reset' ? null : expect.objectContaining({ id: hold.id }),
      );
      const again = await books.recordHold(hold, CHECK_IN_MS, asked);
      expect(again).toMatchObject(
        cut === 'reset' ? { kind: 'recorded' } : { kind: 'repeated', resultId: hold.id },
      );
      expect(await books.findHold(hold.id, hold.callerId)).not.toBeNull();
    });

    test.each(CUTS)('an answer of the supplier that met %s is recorded once', async (cut) => {
      const { hold, request } = newHold(newPractice(), randomUUID());
      const recorded = await books.recordHold(hold, CHECK_IN_MS, request('hold'));
      if (recorded.kind !== 'recorded') throw new Error(`expected a hold, not ${recorded.kind}`);
      const opened = await books.openBooking(recorded.hold, CHECK_IN_MS, request('confirm'));
      if (opened.kind !== 'opened') throw new Error(`expected a booking, not ${opened.kind}`);
      const accept = () =>
        books.applyTransition(opened.booking, 'ACCEPTED', { appointment: { id: 'a' }, nextCheckMs: null });
      cutAt(1, cut);
      await expect(accept()).rejects.toThrow(DatabaseUnavailable);
      const again = await accept();
      expect(again.kind).toBe(cut === 'reset' ? 'moved' : 'stale');
      const promise = {
        what: 'moved' as const,
        bookingId: opened.booking.id,
        slotId: hold.offer.slot.id,
        version: 2,
      };
      expect(await unlikePromised([promise], database, elsewhere)).toEqual([]);
    });

    test.each(CUTS)('bookings that shared a commit that met %s are refused, and there once', async (cut) => {
      const wishes = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { hold, request } = newHold(newPractice(), randomUUID());
          const recorded = await books.recordHold(hold, CHECK_IN_MS, request('hold'));
          if (recorded.kind !== 'recorded') throw new Error(`expected a hold, not ${recorded.kind}`);
          return { hold: recorded.hold, asked: request('confirm') };
        }),
      );
      const open = () =>
        Promise.allSettled(wishes.map(({ hold, asked }) => books.openBooking(hold, CHECK_IN_MS, asked)));
      cutAt(1, cut);
      for (const one of await open())
        expect(one).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseUnavailable' } });
      const kind = cut === 'reset' ? 'opened' : 'repeated';
      for (const one of await open()) expect(one).toMatchObject({ status: 'fulfilled', value: { kind } });
      const standing = await Promise.all(
        wishes.map(async ({ hold }) => (await elsewhere.liveBookingsOf(hold.patientDigest))[0]),
      );
      expect(standing.map((booking) => booking?.holdId)).toEqual(wishes.map(({ hold }) => hold.id));
      expect(await unlikePromised([], database, elsewhere)).toEqual([]);
    });

    test('when every connection is cut in the middle of things the next ones serve', async () => {
      treat = (sent) => (sent.includes('insert into') ? { fault: { kind: 'reset' } } : null);
      const wishes = Array.from({ length: 40 }, () => newHold(newPractice(), randomUUID()));
      const record = () =>
        Promise.allSettled(
          wishes.map(({ hold, request }) => books.recordHold(hold, CHECK_IN_MS, request('hold'))),
        );
      for (const one of await record())
        expect(one).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseUnavailable' } });
      treat = () => null;
      for (const one of await record())
        expect(one).toMatchObject({ status: 'fulfilled', value: { kind: 'recorded' } });
    });
  });

  describe('in the middle of a journey', () => {
    let lab: BookingLaboratory;
    beforeAll(async () => {
      lab = await bookingLaboratory(proxied);
    });
    afterAll(() => lab.close());

    /** Repeats a request until it is answered, as a front end does. */
    async function untilAnswered<T>(ask: () => Promise<T>): Promise<{ answer: T; refusals: unknown[] }> {
      const refusals: unknown[] = [];
      for (let tries = 0; tries < 5; tries++)
        try {
          return { answer: await ask(), refusals };
        } catch (error) {
          refusals.push(error);
        }
      throw new Error('It was never answered.', { cause: refusals });
    }

    // Hold: 1. Confirm: put down 2, the supplier's answer 3.
    const moments = [1, 2, 3].flatMap((commit) => CUTS.map((cut) => ({ commit, cut })));

    test.each(moments)(
      'commit $commit meets $cut: one booking or none, and which is known',
      async (moment) => {
        const [slot] = await freeSlots(lab, newPractice(), 1);
        const caller = newCaller();
        const holding = holdInput(offer(caller, slot!), caller, lab.deps);
        cutAt(moment.commit, moment.cut);
        const { answer: held, refusals: first } = await untilAnswered(() =>
          holdSlot(holding, caller, lab.deps),
        );
        if (held.kind !== 'held') throw new Error(`expected a hold, not ${held.kind}`);
        const confirming = confirmInput(held.hold.id);
        // Where the booking was put down, who asks again waits for a first one that is no more.
        const { answer: told, refusals: second } = await lab.clock.passUntil(
          untilAnswered(() => confirmBooking(confirming, caller, lab.deps)),
        );
        if (told.kind !== 'booking') throw new Error(`expected a booking, not ${told.kind}`);
        for (const refusal of [...first, ...second]) expect(refusal).toBeInstanceOf(DatabaseUnavailable);

        // What was left half done is taken over at once instead of after its time.
        await sql`update booking set next_check_at = 0 where id = ${told.booking.id} and state in (${sql.join([...UNSETTLED_STATES])})`.execute(
          database.db,
        );
        const settled = await situations(lab).settled(told.booking);
        expect(isOneOf(['CONFIRMED', 'FAILED'], settled.state)).toBe(true);
        expect(standing(lab, slot!.practice)).toBe(settled.state === 'CONFIRMED' ? 1 : 0);
        const again = await confirmBooking(confirming, caller, lab.deps);
        expect(again.kind === 'booking' ? again.booking.id : settled.failure).toBe(
          settled.state === 'CONFIRMED' ? settled.id : 'NOT_APPLIED',
        );
        expect(await unlikePromised([], database, elsewhere)).toEqual([]);
      },
    );
  });
});
