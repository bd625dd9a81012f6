import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Slot } from '../../adapters/gp-system';
import type { OdsCode } from '../../domain/ods-code';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  NOTE,
  offer,
  released,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { deskInAProcessOfItsOwn, type Desk } from './desk';

/** `RACES=500 npx jest tests/releases` for more. */
const RACES = Number(process.env.RACES ?? 200);
const LANES = 10;

const places = testDatabases().flatMap((database) => [
  { database, ledger: database.name, where: 'in the process that books' },
  { database, ledger: database.name, where: 'in a process of its own' },
]);

/** RACES are shared out over all the ways to close a book while somebody books. */
const RACES_EACH = Math.ceil(RACES / places.length / LANES);

describe.each(places)('closing a book $where, ledger $ledger', ({ database, where }) => {
  let lab: BookingLaboratory;
  let desk: Desk;
  beforeAll(async () => {
    const settings = await database.settings();
    lab = await bookingLaboratory(settings);
    desk =
      where === 'in a process of its own'
        ? await deskInAProcessOfItsOwn(settings)
        : { change: lab.deps.releases.change, close: () => Promise.resolve() };
  });
  afterAll(async () => {
    await desk.close();
    await lab.close();
  });

  const close = (practice: OdsCode) => desk.change(practice, { kind: 'CLOSE', to: 'OTHER_PATIENTS' }, NOTE);
  const reopen = (practice: OdsCode) => desk.change(practice, { kind: 'REOPEN' }, NOTE);

  async function hold(slot: Slot, caller = newCaller()) {
    const answer = await holdSlot(holdInput(offer(caller, slot), caller, lab.deps), caller, lab.deps);
    return { caller, answer };
  }

  async function confirm({ caller, answer }: Awaited<ReturnType<typeof hold>>): Promise<string> {
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return (await confirmBooking(confirmInput(answer.hold.id), caller, lab.deps)).kind;
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

  test(`is never followed by a booking, over ${RACES_EACH * LANES} of ${RACES} races`, async () => {
    const told = { booking: 0, 'practice-closed': 0 };
    async function lane(): Promise<void> {
      const practice = newPractice();
      const slots = await freeSlots(lab, practice, RACES_EACH);
      for (const slot of slots) {
        const held = await hold(slot);
        // Either may have a head start, up to what a booking takes on a busy machine.
        const [confirmAfter, closeAfter] = randomInt(2) === 0 ? [0, randomInt(60)] : [randomInt(12), 0];
        const confirming = pause(confirmAfter).then(() => confirm(held));
        await pause(closeAfter);
        await close(practice);
        const atClosing = standing(lab, practice);
        const answer = await confirming;
        expect(standing(lab, practice)).toBe(atClosing);
        expect(['booking', 'practice-closed']).toContain(answer);
        told[answer === 'booking' ? 'booking' : 'practice-closed'] += 1;
        await reopen(practice);
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane));
    // Races that only one side ever wins are none.
    expect(told.booking).toBeGreaterThan(0);
    expect(told['practice-closed']).toBeGreaterThan(0);
  }, 60_000);
});
