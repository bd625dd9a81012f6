import pino from 'pino';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { inProcessHolds } from '../../subgraphs/appointments/holds/in-process-holds';
import { redisHolds } from '../../subgraphs/appointments/holds/redis-holds';
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

const RACES = 200;
const AT_ONCE = 10;

const redisUrl = process.env.TEST_REDIS_URL;
const stores = [
  { holds: 'in process', open: () => inProcessHolds() },
  ...(redisUrl === undefined
    ? []
    : [{ holds: 'in Redis', open: () => redisHolds(redisUrl, pino({ level: 'silent' })) }]),
];
const configurations = testDatabases().flatMap((database) =>
  stores.map((store) => ({ ...store, ledger: database.name, database })),
);

describe.each(configurations)('holds $holds, ledger $ledger', ({ database, open }) => {
  let lab: BookingLaboratory;
  beforeAll(async () => {
    lab = await bookingLaboratory(await database.settings(), open());
  });
  afterAll(() => lab.close());

  /** What one of two who want the same slot is told in the end. */
  async function wants(slot: Awaited<ReturnType<typeof freeSlots>>[number]): Promise<string> {
    const caller = newCaller();
    const held = await holdSlot(holdInput(offer(caller, slot), caller, lab.deps), caller, lab.deps);
    if (held.kind !== 'held') return held.kind;
    const confirmed = await confirmBooking(confirmInput(held.hold.id), caller, lab.deps);
    return confirmed.kind === 'booking' ? confirmed.booking.state : confirmed.kind;
  }

  test(`of two people who want one slot at once one gets it, over ${RACES} races`, async () => {
    const practices = Array.from({ length: 5 }, newPractice);
    const slots = (
      await Promise.all(practices.map((practice) => freeSlots(lab, practice, RACES / 5)))
    ).flat();
    const outcomes: string[][] = [];
    while (slots.length > 0)
      outcomes.push(
        ...(await Promise.all(
          slots.splice(0, AT_ONCE).map((slot) => Promise.all([wants(slot), wants(slot)])),
        )),
      );

    expect(outcomes).toHaveLength(RACES);
    for (const told of outcomes) {
      expect(told.filter((one) => one === 'CONFIRMED')).toHaveLength(1);
      expect(['slot-taken', 'held-by-another']).toContain(told.find((one) => one !== 'CONFIRMED'));
    }
    expect(practices.map((practice) => standing(lab, practice))).toEqual(practices.map(() => RACES / 5));
  }, 60_000);

  test('without any hold between them the ledger still lets only one be', async () => {
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const callers = Array.from({ length: 10 }, () => newCaller());
    const held = await Promise.all(
      callers.map(async (caller) => {
        const elsewhere = { ...lab.deps, holds: inProcessHolds() };
        const answer = await holdSlot(holdInput(offer(caller, slot!), caller, elsewhere), caller, elsewhere);
        if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
        return { caller, elsewhere, id: answer.hold.id };
      }),
    );
    const confirmed = await Promise.all(
      held.map(({ caller, elsewhere, id }) => confirmBooking(confirmInput(id), caller, elsewhere)),
    );
    const kinds = confirmed.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['booking', ...Array.from({ length: 9 }, () => 'slot-taken')]);
    expect(standing(lab, slot!.practice)).toBe(1);
  });
});
