import pino from 'pino';
import type { Slot } from '../../adapters/gp-system';
import type { PatientCaller } from '../../domain/caller';
import type { OdsCode } from '../../domain/ods-code';
import type { Timers } from '../../domain/timers';
import { openDatabase } from '../../platform/database/database';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { extendHold } from '../../subgraphs/appointments/booking/extend-hold';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { holdKey } from '../../subgraphs/appointments/booking/keep-place';
import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { inProcessHolds } from '../../subgraphs/appointments/holds/in-process-holds';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import { redisHolds } from '../../subgraphs/appointments/holds/redis-holds';
import { ledger } from '../../subgraphs/appointments/ledger/ledger';
import {
  bookingLaboratory,
  confirmInput,
  freeSlot,
  freeSlots,
  holdInput,
  LONG_WAIT_MS,
  newCaller,
  newPractice,
  offer,
  OPEN_BOOK,
  released,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { changeCheck } from '../symptom-checks';
import { situations } from './situations';

/** Scarce times are shared fairly: one held for one need, few for a caller, none beyond what the practice gives. */

const redisUrl = process.env.TEST_REDIS_URL;
const silent = pino({ level: 'silent' });
const [embedded, postgres] = testDatabases();
const places = [
  { place: 'one process', database: embedded!, open: inProcessHolds },
  ...(redisUrl === undefined || postgres === undefined
    ? []
    : [
        {
          place: 'two processes with one Redis and one PostgreSQL',
          database: postgres,
          open: (timers: Timers) => redisHolds(redisUrl, silent, timers),
        },
      ]),
];

const MINUTE = 60_000;
const CALLERS_HOLDS = 6;
const CALLERS_HOLDS_A_MINUTE = 12;

const times = (count: number, answer: string): string[] => Array.from({ length: count }, () => answer);

describe.each(places)('$place', ({ database, open }) => {
  let lab: BookingLaboratory;
  let given: ReturnType<typeof situations>;
  /** Another process of the same service. */
  let elsewhere: BookingDeps;
  beforeAll(async () => {
    const settings = { waitMs: LONG_WAIT_MS, ...(await database.settings()) };
    lab = await bookingLaboratory(settings, open);
    given = situations(lab);
    const opened = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
    const { now, timers, sqlNow } = lab.clock;
    const terms = { defaultPolicyOf: () => OPEN_BOOK, now };
    elsewhere = {
      ...lab.deps,
      ledger: ledger({ ...opened, now: sqlNow }, silent, terms),
      holds: open === inProcessHolds ? lab.deps.holds : open(timers),
    };
  });
  afterEach(() => {
    lab.simulators.faults.clear();
    // Whoever acts next has a minute of their own.
    lab.clock.advance(2 * MINUTE);
  });
  afterAll(async () => {
    await elsewhere.ledger.close();
    if (elsewhere.holds !== lab.deps.holds) await elsewhere.holds.close();
    await lab.close();
  });

  const hold = (offered: Offer, caller: PatientCaller, deps: BookingDeps = lab.deps) =>
    holdSlot(holdInput(offered, caller, deps), caller, deps);

  async function held(offered: Offer, caller: PatientCaller, deps?: BookingDeps) {
    const answer = await hold(offered, caller, deps);
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return answer;
  }

  const confirm = async (holdId: string, caller: PatientCaller, deps: BookingDeps = lab.deps) => {
    const answer = await confirmBooking(confirmInput(holdId), caller, deps);
    if (answer.kind === 'booking') return answer.booking.state;
    return 'why' in answer ? answer.why : answer.kind;
  };

  /** True when somebody else can hold it now; it is let go again. */
  async function isFree(slot: Slot): Promise<boolean> {
    const other = newCaller();
    const answer = await hold(offer(other, slot), other, elsewhere);
    if (answer.kind !== 'held') return false;
    await releaseHold(answer.hold.id, other, elsewhere);
    return true;
  }

  async function standingOf(slots: readonly Slot[]): Promise<Slot[]> {
    const keys = new Map(slots.map((slot) => [holdKey({ ...offer(newCaller(), slot) }), slot]));
    const holders = await lab.deps.holds.holders([...keys.keys()]);
    return [...holders.keys()].map((key) => keys.get(key)!);
  }

  describe('one time for one need', () => {
    test.each([
      {
        where: 'at the same practice',
        others: async (slot: Slot) => (await freeSlots(lab, slot.practice, 2))[1]!,
      },
      { where: 'at another practice', others: () => freeSlot(lab) },
    ])('a second one $where lets the first go, and says so', async ({ others }) => {
      const [first] = await freeSlots(lab, newPractice(), 1);
      const caller = newCaller();
      const need = offer(caller, first!);
      const one = await held(need, caller);
      const two = await held({ ...need, slot: await others(first!) }, caller, elsewhere);
      expect(two.replaced?.id).toBe(one.hold.id);
      expect(await isFree(first!)).toBe(true);
      expect(await isFree(two.hold.offer.slot)).toBe(false);
      expect(await confirm(one.hold.id, caller, elsewhere)).toBe('hold-expired');
      expect((await extendHold(one.hold.id, caller, lab.deps)).kind).toBe('hold-expired');
      expect(await confirm(two.hold.id, caller)).toBe('CONFIRMED');
    });

    test('one that was let go, and that the store of holds has not heard of, is not another’s', async () => {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const caller = newCaller();
      const need = offer(caller, slot!);
      const { hold: first } = await held(need, caller);
      await lab.deps.ledger.endHold(first.id);
      const { hold: second } = await held(need, caller, elsewhere);
      expect(second.id).not.toBe(first.id);
      expect(await confirm(second.id, caller)).toBe('CONFIRMED');
    });

    test('of ten at the same moment one stands, and it alone can be confirmed', async () => {
      const caller = newCaller();
      const slots = await freeSlots(lab, newPractice(), 10);
      const need = offer(caller, slots[0]!);
      const answers = await Promise.all(
        slots.map((slot, index) => hold({ ...need, slot }, caller, index % 2 === 0 ? lab.deps : elsewhere)),
      );
      expect(await standingOf(slots)).toHaveLength(1);
      const ids = answers.flatMap((answer) => (answer.kind === 'held' ? [answer.hold.id] : []));
      const confirmed: string[] = [];
      for (const id of ids) confirmed.push(await confirm(id, caller));
      expect(confirmed.filter((state) => state === 'CONFIRMED')).toHaveLength(1);
      expect(new Set(confirmed)).toEqual(new Set(['CONFIRMED', 'hold-expired']));
    });

    test('the same time again is the same hold', async () => {
      const caller = newCaller();
      const offered = offer(caller, await freeSlot(lab));
      const one = await held(offered, caller);
      expect(await held(offered, caller, elsewhere)).toMatchObject({
        hold: { id: one.hold.id },
        replaced: null,
      });
    });

    test('a second one that cannot be had leaves the first', async () => {
      const caller = newCaller();
      const one = await held(offer(caller, await freeSlot(lab)), caller);
      const [gone] = await freeSlots(lab, newPractice(), 1);
      lab.simulators.diary.deskTakes(gone!.practice, gone!.startsAt, gone!.endsAt);
      expect((await hold({ ...one.hold.offer, slot: gone! }, caller, elsewhere)).kind).toBe('slot-taken');
      expect(await confirm(one.hold.id, caller)).toBe('CONFIRMED');
    });

    test.each([
      {
        end: 'was let go',
        after: async (caller: PatientCaller, holdId: string) => {
          await releaseHold(holdId, caller, lab.deps);
        },
      },
      {
        end: 'has run out',
        after: () => {
          lab.clock.advance(lab.deps.holdMs + 1_000);
          return Promise.resolve();
        },
      },
      {
        end: 'became a booking, which was cancelled',
        after: async (caller: PatientCaller, holdId: string) => {
          const answer = await confirmBooking(confirmInput(holdId), caller, lab.deps);
          if (answer.kind !== 'booking') throw new Error('expected a booking');
          await given.cancel({ caller, booking: answer.booking });
        },
      },
    ])('where the first $end, a second one lets nothing go', async ({ after }) => {
      const caller = newCaller();
      const one = await held(offer(caller, await freeSlot(lab)), caller);
      await after(caller, one.hold.id);
      const two = await held({ ...one.hold.offer, slot: await freeSlot(lab) }, caller, elsewhere);
      expect(two.replaced).toBeNull();
    });
  });

  describe('few for a caller', () => {
    const ofNewNeed = async (caller: PatientCaller) => offer(caller, await freeSlot(lab));

    test('not more than six at once; whoever lets one go can have another', async () => {
      const caller = newCaller();
      const holds = [];
      for (let count = 0; count < CALLERS_HOLDS; count++)
        holds.push(await held(await ofNewNeed(caller), caller, count % 2 === 0 ? lab.deps : elsewhere));
      const wanted = await ofNewNeed(caller);
      const answer = await hold(wanted, caller);
      expect(answer).toMatchObject({ kind: 'too-many-holds' });
      expect('retryAfterSeconds' in answer && answer.retryAfterSeconds).toBeGreaterThan(0);
      expect(await isFree(wanted.slot)).toBe(true);
      await releaseHold(holds[0]!.hold.id, caller, elsewhere);
      expect((await hold(wanted, caller)).kind).toBe('held');
    });

    test('also at the same moment: what is refused is free for others', async () => {
      const caller = newCaller();
      const wanted: Offer[] = [];
      for (let count = 0; count < CALLERS_HOLDS + 4; count++) wanted.push(await ofNewNeed(caller));
      const answers = await Promise.all(
        wanted.map((offered, index) => hold(offered, caller, index % 2 === 0 ? lab.deps : elsewhere)),
      );
      const kinds = answers.map(({ kind }) => kind).sort();
      expect(kinds).toEqual([...times(CALLERS_HOLDS, 'held'), ...times(4, 'too-many-holds')]);
      expect(await standingOf(wanted.map(({ slot }) => slot))).toHaveLength(CALLERS_HOLDS);
    });

    test('not more than twelve a minute, also for one need', async () => {
      const caller = newCaller();
      const slots = await freeSlots(lab, newPractice(), CALLERS_HOLDS_A_MINUTE + 1);
      const need = offer(caller, slots[0]!);
      const kinds: string[] = [];
      for (const slot of slots) kinds.push((await hold({ ...need, slot }, caller)).kind);
      expect(kinds).toEqual([...times(CALLERS_HOLDS_A_MINUTE, 'held'), 'too-many-holds']);
      expect(await standingOf(slots)).toHaveLength(1);
      lab.clock.advance(MINUTE);
      expect((await hold({ ...need, slot: slots.at(-1)! }, caller, elsewhere)).kind).toBe('held');
    });

    test('what was booked is not being kept any more: a large family is booked in one go', async () => {
      const { actsFor, ...mother } = newCaller();
      const children = [actsFor[0]!, ...Array.from({ length: CALLERS_HOLDS }, () => newCaller().actsFor[0]!)];
      const caller = { ...mother, actsFor: children };
      const slots = await freeSlots(lab, newPractice(), children.length);
      const states: string[] = [];
      for (const [index, child] of children.entries()) {
        const offered = offer(caller, slots[index]!);
        changeCheck(offered.assessmentDigest, {
          subject: { relationship: 'CHILD', dateOfBirth: child.birthDate },
        });
        const input = { ...holdInput(offered, caller, lab.deps), patientId: child.id };
        const answer = await holdSlot(input, caller, lab.deps);
        states.push(answer.kind === 'held' ? await confirm(answer.hold.id, caller) : answer.kind);
      }
      expect(states).toEqual(children.map(() => 'CONFIRMED'));
    });
  });

  describe('a practice that gives two a day', () => {
    async function withQuota(dailyQuota = 2): Promise<{ practice: OdsCode; slots: Slot[] }> {
      const practice = newPractice();
      await released(lab, practice, { dailyQuota });
      const slots = await freeSlots(lab, practice, 6);
      // All on one London day: six an hour, from two in the afternoon.
      return { practice, slots };
    }
    const by = (slot: Slot, deps?: BookingDeps, values: Partial<Offer> = {}) => {
      const caller = newCaller();
      return hold(offer(caller, slot, values), caller, deps).then((answer) => ({ caller, answer }));
    };
    const USED_UP = { kind: 'slot-taken', why: 'DAILY_LIMIT' };

    test('gives no more by holds either, and says why', async () => {
      const { slots } = await withQuota();
      const [one, two, three] = [await by(slots[0]!), await by(slots[1]!, elsewhere), await by(slots[2]!)];
      expect([one.answer.kind, two.answer.kind]).toEqual(['held', 'held']);
      expect(three.answer).toMatchObject(USED_UP);
      for (const { caller, answer } of [one, two])
        expect(answer.kind === 'held' && (await confirm(answer.hold.id, caller))).toBe('CONFIRMED');
    });

    test('nor at the same moment', async () => {
      const { slots } = await withQuota();
      const wishes = await Promise.all(
        slots.map((slot, index) => by(slot, index % 2 === 0 ? lab.deps : elsewhere)),
      );
      const kinds = wishes.map(({ answer }) => answer.kind).sort();
      expect(kinds).toEqual(['held', 'held', 'slot-taken', 'slot-taken', 'slot-taken', 'slot-taken']);
      const refused = wishes.filter(({ answer }) => answer.kind !== 'held');
      expect(refused.map(({ answer }) => 'why' in answer && answer.why)).toEqual(times(4, 'DAILY_LIMIT'));
    });

    test('gives it to the next when a hold has run out, and not to both', async () => {
      const { slots } = await withQuota(1);
      const first = await by(slots[0]!);
      lab.clock.advance(lab.deps.holdMs + 1_000);
      const second = await by(slots[1]!, elsewhere);
      if (first.answer.kind !== 'held' || second.answer.kind !== 'held') throw new Error('expected holds');
      expect(await confirm(first.answer.hold.id, first.caller)).toBe('DAILY_LIMIT');
      expect(await confirm(second.answer.hold.id, second.caller)).toBe('CONFIRMED');
    });

    test('counts what one person holds for one need once', async () => {
      const { slots } = await withQuota(1);
      const caller = newCaller();
      const need = offer(caller, slots[0]!);
      await held(need, caller);
      const second = await held({ ...need, slot: slots[1]! }, caller, elsewhere);
      expect((await by(slots[2]!)).answer).toMatchObject(USED_UP);
      expect(await confirm(second.hold.id, caller)).toBe('CONFIRMED');
    });

    test('does not count its own patients', async () => {
      const { practice, slots } = await withQuota(1);
      const caller = newCaller(practice);
      await held(offer(caller, slots[0]!, { relation: 'OWN' }), caller);
      expect((await by(slots[1]!)).answer.kind).toBe('held');
    });

    test('that then gives fewer says so when the hold is confirmed', async () => {
      const { practice, slots } = await withQuota();
      const [one, two] = [await by(slots[0]!), await by(slots[1]!)];
      if (one.answer.kind !== 'held' || two.answer.kind !== 'held') throw new Error('expected holds');
      await released(lab, practice, { dailyQuota: 1 });
      expect(await confirm(one.answer.hold.id, one.caller)).toBe('CONFIRMED');
      expect(await confirm(two.answer.hold.id, two.caller)).toBe('DAILY_LIMIT');
    });
  });
});
