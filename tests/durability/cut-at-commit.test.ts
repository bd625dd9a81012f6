import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { isOneOf, UNSETTLED_STATES } from '../../subgraphs/appointments/booking/states';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import type { LedgerTables } from '../../subgraphs/appointments/ledger/tables';
import type { Database, DatabaseSettings } from '../../subgraphs/database';
import { DatabaseUnavailable } from '../../subgraphs/database-unavailable';
import { situations } from '../appointments/situations';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { startTcpProxy, type TcpProxy, type Verdict } from '../tcp-proxy';
import { newHold } from './new-hold';
import { openLedger } from './open-ledger';
import { unlikePromised } from './promises';

const postgres = testDatabases().find(({ name }) => name === 'PostgreSQL');
// `tests/global-setup.ts` says when the machine has no PostgreSQL.
const suite = postgres === undefined ? describe.skip : describe;

/** `CUT`: PostgreSQL never got the commit. `CUT_REPLY`: it did, and nobody was told. */
const CUTS = ['CUT', 'CUT_REPLY'] as const;
const CHECK_IN_MS = 60_000;

suite('PostgreSQL’s connection is cut at COMMIT', () => {
  let proxy: TcpProxy;
  let direct: DatabaseSettings;
  let proxied: DatabaseSettings;
  /** As another process sees it, whose connections are whole. */
  let database: Database<LedgerTables>;
  let elsewhere: Ledger;

  beforeAll(async () => {
    const settings = await postgres!.settings();
    if (settings.kind !== 'postgres') throw new Error('PostgreSQL is what is tested here.');
    const url = new URL(settings.url);
    proxy = await startTcpProxy(Number(url.port));
    direct = settings;
    proxied = { kind: 'postgres', url: Object.assign(url, { port: proxy.port }).href };
    ({ books: elsewhere, database } = await openLedger(direct));
  });
  beforeEach(() => {
    proxy.judge = () => 'FORWARD';
  });
  afterAll(async () => {
    await elsewhere.close();
    await proxy.close();
  });

  /** The n-th commit from now on, counted from 1, meets the verdict. */
  function cutAt(commit: number, verdict: Verdict): void {
    let commits = 0;
    proxy.judge = (sent) => (sent.includes('commit\0') && ++commits === commit ? verdict : 'FORWARD');
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
        cut === 'CUT' ? null : expect.objectContaining({ id: hold.id }),
      );
      const again = await books.recordHold(hold, CHECK_IN_MS, asked);
      expect(again).toMatchObject(
        cut === 'CUT' ? { kind: 'recorded' } : { kind: 'repeated', resultId: hold.id },
      );
      expect(await books.findHold(hold.id, hold.callerId)).not.toBeNull();
    });

    test.each(CUTS)('an answer of the supplier that met %s is put down once', async (cut) => {
      const { hold, request } = newHold(newPractice(), randomUUID());
      const recorded = await books.recordHold(hold, CHECK_IN_MS, request('hold'));
      if (recorded.kind !== 'recorded') throw new Error(`expected a hold, not ${recorded.kind}`);
      const opened = await books.openBooking(recorded.hold, CHECK_IN_MS, request('confirm'));
      if (opened.kind !== 'opened') throw new Error(`expected a booking, not ${opened.kind}`);
      const accept = () =>
        books.move(opened.booking, 'ACCEPTED', 'SUPPLIER', { appointment: { id: 'a' }, checkInMs: null });
      cutAt(1, cut);
      await expect(accept()).rejects.toThrow(DatabaseUnavailable);
      const again = await accept();
      expect(again.kind).toBe(cut === 'CUT' ? 'moved' : 'stale');
      const promise = {
        what: 'moved' as const,
        bookingId: opened.booking.id,
        slotId: hold.offer.slot.id,
        version: 2,
      };
      expect(await unlikePromised([promise], database, elsewhere)).toEqual([]);
    });

    test('when every connection is cut in the middle of things the next ones serve', async () => {
      proxy.judge = (sent) => (sent.includes('insert into') ? 'CUT' : 'FORWARD');
      const wishes = Array.from({ length: 40 }, () => newHold(newPractice(), randomUUID()));
      const record = () =>
        Promise.allSettled(
          wishes.map(({ hold, request }) => books.recordHold(hold, CHECK_IN_MS, request('hold'))),
        );
      for (const one of await record())
        expect(one).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseUnavailable' } });
      proxy.judge = () => 'FORWARD';
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

    /** As a front end does it: the same request again, until it is answered. */
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
        const holding = await holdInput(offer(caller, slot!), caller, lab.deps);
        cutAt(moment.commit, moment.cut);
        const { answer: held, refusals: first } = await untilAnswered(() =>
          holdSlot(holding, caller, lab.deps),
        );
        if (held.kind !== 'held') throw new Error(`expected a hold, not ${held.kind}`);
        const confirming = confirmInput(held.hold.id);
        const { answer: told, refusals: second } = await untilAnswered(() =>
          confirmBooking(confirming, caller, lab.deps),
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
