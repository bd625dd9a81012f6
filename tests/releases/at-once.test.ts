import { sql, type KyselyPlugin } from 'kysely';
import type { Slot } from '../../adapters/gp-system';
import type { OdsCode } from '../../domain/ods-code';
import { seededRandom, type SeededRandom } from '../../domain/seeded-random';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { ledger, type Ledger } from '../../subgraphs/appointments/ledger/ledger';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  NOTE,
  offer,
  OPEN_BOOK,
  released,
  standing,
  SUPPLIER,
  type BookingLaboratory,
} from '../booking-laboratory';
import { stoppedBefore, type Step } from '../booking-steps';
import { testDatabases } from '../databases';
import { eventually } from '../../domain/eventually';
import { closedGate, type Gate } from '../gate';
import { LOCK_WAITS } from '../lock-waits';
import { turns } from '../turns';
import { withSeed } from '../with-seed';
import { deskInAProcessOfItsOwn, deskInThisProcess, type Desk } from './desk';

/** `RACES=500 npx jest tests/releases/at-once` for more, `SEED=…` for others. */
const RACES = Number(process.env.RACES ?? 20);
const LANES = 5;
const SEED = 20_261_129;
/** A booking takes some dozen turns of the event loop. */
const HEAD_START_TURNS = 40;

const places = testDatabases().flatMap((database) => [
  { database, ledger: database.name, where: 'in the process that books' },
  { database, ledger: database.name, where: 'in a process of its own' },
]);

describe.each(places)('closing a book $where, ledger $ledger', ({ database, where }) => {
  let lab: BookingLaboratory;
  let desk: Desk;
  beforeAll(async () => {
    const settings = await database.settings();
    lab = await bookingLaboratory(settings);
    desk =
      where === 'in a process of its own' ? await deskInAProcessOfItsOwn(settings) : deskInThisProcess(lab);
  });
  afterAll(async () => {
    await desk.close();
    await lab.close();
  });

  const close = (practice: OdsCode) => desk.change(practice, { kind: 'CLOSE', to: 'OTHER_PATIENTS' }, NOTE);
  const reopen = (practice: OdsCode) => desk.change(practice, { kind: 'REOPEN' }, NOTE);

  /** Closes the book; answers how many appointments stand when that is acknowledged. */
  const standingAtClosing = async (practice: OdsCode) => {
    await close(practice);
    return standing(lab, practice);
  };

  async function hold(slot: Slot, caller = newCaller()) {
    const answer = await holdSlot(holdInput(offer(caller, slot), caller, lab.deps), caller, lab.deps);
    return { caller, answer };
  }

  type Held = Awaited<ReturnType<typeof hold>>;

  async function confirm({ caller, answer }: Held, deps: BookingDeps = lab.deps): Promise<string> {
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return (await confirmBooking(confirmInput(answer.hold.id), caller, deps)).kind;
  }

  async function heldAtNewPractice(): Promise<{ practice: OdsCode; held: Held }> {
    const practice = newPractice();
    const [slot] = await freeSlots(lab, practice, 1);
    return { practice, held: await hold(slot!) };
  }

  test('between offer and hold stops the hold', async () => {
    const practice = newPractice();
    const [slot] = await freeSlots(lab, practice, 1);
    await close(practice);
    expect((await hold(slot!)).answer).toEqual({ kind: 'practice-closed', practice });
    await reopen(practice);
    expect((await hold(slot!)).answer.kind).toBe('held');
  });

  test('between hold and confirm stops the booking, and frees the slot', async () => {
    const practice = newPractice();
    const [slot] = await freeSlots(lab, practice, 1);
    const held = await hold(slot!);
    await close(practice);
    expect((await hold(slot!, held.caller)).answer.kind).toBe('practice-closed');
    expect(await confirm(held)).toBe('practice-closed');
    expect(standing(lab, practice)).toBe(0);
    await reopen(practice);
    expect((await hold(slot!)).answer.kind).toBe('held');
  });

  test('to others leaves the practice’s own patients their book', async () => {
    const practice = newPractice();
    const [slot] = await freeSlots(lab, practice, 1);
    await close(practice);
    const caller = newCaller(practice);
    const offered = offer(caller, slot!, { relation: 'OWN' });
    const answer = await holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
    expect(await confirm({ caller, answer })).toBe('booking');
  });

  test('or tightening a rule works the same', async () => {
    const practice = newPractice();
    const [one, two] = await freeSlots(lab, practice, 2);
    const held = await hold(one!);
    const releases = { ...lab.deps.releases, change: desk.change };
    await released({ deps: { releases } }, practice, { dispositionIds: ['gp-2h'] });
    expect(await confirm(held)).toBe('practice-closed');
    expect((await hold(two!)).answer.kind).toBe('practice-closed');
  });

  describe('while somebody confirms', () => {
    const BEFORE_IT_IS_OPENED: Step[] = ['read the hold', 'take the hold', 'open the booking'];
    const WHILE_IT_IS_SENT: Step[] = ['ask the supplier', 'record the answer'];

    /** Closes the book while a booking is being sent, and then lets that go on; answers the order of events. */
    async function closeMeanwhile(practice: OdsCode, goOn: () => void): Promise<string[]> {
      const events: string[] = [];
      const closing = standingAtClosing(practice).then((count) => events.push(`closed with ${count}`));
      const rules = () => lab.deps.releases.policy(practice);
      await eventually('the rules are closed', async () => (await rules()).status === 'CLOSED');
      // The desk answers another one meanwhile.
      await close(newPractice());
      events.push('the booking goes on');
      goOn();
      await closing;
      return events;
    }

    const WAITED = ['the booking goes on', 'closed with 1'];

    test.each(BEFORE_IT_IS_OPENED)('before it comes to “%s”: nothing is booked', async (step) => {
      const { practice, held } = await heldAtNewPractice();
      const gate = closedGate();
      const confirming = confirm(held, stoppedBefore(step, gate, lab.deps));
      await gate.reached;
      await close(practice);
      gate.open();
      expect(await confirming).toBe('practice-closed');
      expect(standing(lab, practice)).toBe(0);
    });

    test('when its own rules are locked already: nothing is booked', async () => {
      const { practice, held } = await heldAtNewPractice();
      const gate = closedGate();
      const confirming = confirm(held, stoppedBefore('open the booking', gate, lab.deps));
      await gate.reached;
      desk.whenLocked(practice, gate.open);
      expect(await standingAtClosing(practice)).toBe(0);
      expect(await confirming).toBe('practice-closed');
      expect(standing(lab, practice)).toBe(0);
    });

    test.each([
      { who: 'has never set rules', setBefore: false },
      { who: 'has set rules before', setBefore: true },
    ])(
      'after each statement of the transaction that books, at a practice that $who',
      async ({ setBefore }) => {
        const outcomes: string[] = [];
        for (let statement = 1; ; statement++) {
          const { practice, held } = await heldAtNewPractice();
          if (setBefore) {
            await close(practice);
            await reopen(practice);
          }
          const outcome = await closedAfter(statement, practice, held);
          if (outcome === null) break;
          outcomes.push(outcome);
        }
        expect(outcomes.length).toBeGreaterThan(3);
        expect(outcomes).toEqual(outcomes.map(() => RIGHT[0]));
      },
    );

    /** The outcome when the book is closed after so many statements; null when the transaction has fewer. */
    async function closedAfter(statement: number, practice: OdsCode, held: Held): Promise<string | null> {
      const gate = closedGate();
      const books = booksStoppedAfter(statement, gate);
      const confirming = confirm(held, { ...lab.deps, ledger: books });
      const isReached = await Promise.race([gate.reached.then(() => true), confirming.then(() => false)]);
      if (!isReached) return null;
      const closing = standingAtClosing(practice);
      await Promise.race([closing, somebodyWaits()]);
      gate.open();
      return `${await confirming}, ${await closing} at the closing, ${standing(lab, practice)} in the end`;
    }

    /** The ledger; the transaction that opens a booking waits at the gate after so many statements. */
    function booksStoppedAfter(statement: number, gate: Gate): Ledger {
      let answered = 0;
      const stopping: KyselyPlugin = {
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          if (++answered === statement) await gate.pass();
          return result;
        },
      };
      const { database } = lab;
      const terms = { now: lab.clock.now, defaultPolicyOf: () => OPEN_BOOK };
      const stopped = ledger({ ...database, db: database.db.withPlugin(stopping) }, lab.deps.logger, terms);
      return { ...lab.deps.ledger, openBooking: stopped.openBooking };
    }

    /** Waits until a connection waits for a lock. SQLite has one writer at a time, and does not say who waits. */
    async function somebodyWaits(): Promise<void> {
      const { db, kind } = lab.database;
      if (kind === 'embedded') return turns(HEAD_START_TURNS);
      await eventually('somebody waits for a lock', async () => {
        const { rows } = await sql.raw(LOCK_WAITS).execute(db);
        return rows.length > 0;
      });
    }

    test.each(WHILE_IT_IS_SENT)('before it comes to “%s”: it is acknowledged after that', async (step) => {
      const { practice, held } = await heldAtNewPractice();
      const gate = closedGate();
      const confirming = confirm(held, stoppedBefore(step, gate, lab.deps));
      await gate.reached;
      expect(await closeMeanwhile(practice, gate.open)).toEqual(WAITED);
      expect(await confirming).toBe('booking');
      expect(standing(lab, practice)).toBe(1);
    });

    test.each([
      { moment: 'before the supplier books', afterCommit: false },
      { moment: 'before the supplier answers', afterCommit: true },
    ])('$moment: it is acknowledged after that', async ({ afterCommit }) => {
      const { practice, held } = await heldAtNewPractice();
      const { faults } = lab.simulators;
      faults.add({ supplier: SUPPLIER, operation: 'BOOK', times: 1, fault: { kind: 'held', afterCommit } });
      const confirming = confirm(held);
      await eventually('the supplier is asked', () => faults.held() === 1);
      expect(await closeMeanwhile(practice, () => faults.release())).toEqual(WAITED);
      expect(await confirming).toBe('booking');
      expect(standing(lab, practice)).toBe(1);
    });

    test('before it comes to “let the hold go”: the booking stands', async () => {
      const { practice, held } = await heldAtNewPractice();
      const gate = closedGate();
      const confirming = confirm(held, stoppedBefore('let the hold go', gate, lab.deps));
      await gate.reached;
      expect(await standingAtClosing(practice)).toBe(1);
      gate.open();
      expect(await confirming).toBe('booking');
      expect(standing(lab, practice)).toBe(1);
    });
  });

  test(`is never followed by a booking, over ${RACES} races that nobody directs`, async () => {
    /** Either may have a head start. */
    async function race(practice: OdsCode, held: Held, random: SeededRandom): Promise<string> {
      const [confirmAfter, closeAfter] = random.shuffled([0, random.below(HEAD_START_TURNS)]);
      const before = standing(lab, practice);
      const confirming = turns(confirmAfter!).then(() => confirm(held));
      await turns(closeAfter!);
      const atClosing = (await standingAtClosing(practice)) - before;
      const answer = await confirming;
      return `${answer}, ${atClosing} at the closing, ${standing(lab, practice) - before} in the end`;
    }

    async function lane(random: SeededRandom): Promise<string[]> {
      const practice = newPractice();
      const outcomes: string[] = [];
      for (const slot of await freeSlots(lab, practice, Math.ceil(RACES / LANES))) {
        outcomes.push(await race(practice, await hold(slot), random));
        await reopen(practice);
      }
      return outcomes;
    }

    await withSeed(SEED, async (_, seed) => {
      const lanes = Array.from({ length: LANES }, (__, number) => lane(seededRandom(seed, number)));
      const wrong = (await Promise.all(lanes)).flat().filter((outcome) => !RIGHT.includes(outcome));
      expect(wrong).toEqual([]);
    });
  });
});

const RIGHT = ['booking, 1 at the closing, 1 in the end', 'practice-closed, 0 at the closing, 0 in the end'];
