import { gpSystemAt } from './gp-system-at';
import {
  bookCommand,
  callWithin,
  freeSlot,
  hoursAfter,
  type Laboratory,
  laboratory,
  newPatient,
  newPractice,
  NOON,
  search,
} from './laboratory';

describe('one diary behind all routes', () => {
  let lab: Laboratory;
  afterEach(() => lab.close());

  it.each(['emis', 'tpp'] as const)(
    'takes a slot sold through the network out of the search by %s',
    async (id) => {
      lab = await laboratory('gp-connect');
      const practice = newPractice(lab);
      const [from, to] = [NOON, hoursAfter(NOON, 6)];
      const visitor = newPatient(lab, newPractice(lab));
      const own = newPatient(lab, practice);
      const slot = await freeSlot(lab, visitor, practice);
      const through = { ...lab, system: gpSystemAt(id, lab.simulators.urls[id], () => NOON, lab.timers) };
      const offers = async () =>
        (await search(through, { patient: own, practice, from, to })).filter(
          ({ startsAt, slotType }) => slotType === slot.slotType && +startsAt === +slot.startsAt,
        );

      expect(await offers()).toHaveLength(1);
      expect(await lab.system.book(bookCommand(lab, slot, visitor), callWithin(lab))).toMatchObject({
        class: 'ACCEPTED',
      });
      expect(await offers()).toEqual([]);
    },
  );
});
