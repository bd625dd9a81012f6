import { expect } from 'expect';
import type { OdsCode } from '../../../domain/ods-code';
import type { Manifest, Patient } from '../../gp-system';
import {
  bookCommand,
  callWithin,
  cancelCommand,
  freeSlots,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  outcomeInWords,
  search,
  standing,
} from '../laboratory';
import type { Requirement } from '../requirement';

const withoutPlaces = ({ capabilities }: Manifest) =>
  capabilities.places ? null : 'every time is for one person, as far as the supplier tells';

const GROUP = 3;

export const placesRequirements: readonly Requirement[] = [
  {
    level: 'L1',
    id: 'places.read',
    title: 'reads for how many people a time is, and for how many there is room',
    notFor: withoutPlaces,
    async run(lab) {
      const { practice, patient } = groupPractice(lab);
      const [group, ...others] = await groupTimes(lab, patient, practice);
      await bookedBy(lab, group);
      const left = await placesOffered(lab, patient, practice);
      expect({ booked: left.get(group.id), others: others.map(({ id }) => left.get(id)) }).toEqual({
        booked: { all: GROUP, left: GROUP - 1 },
        others: others.map(() => ({ all: GROUP, left: GROUP })),
      });
      // Times for one person stay so.
      lab.simulators.diary.configure(practice, { groupPlaces: 1 });
      const single = await placesOffered(lab, patient, practice);
      expect([...single.values()].filter((places) => places !== undefined && places.all !== 1)).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'places.last',
    title:
      'books every place of a time, refuses one more as taken, and offers the time again when one is given back',
    notFor: withoutPlaces,
    async run(lab) {
      const { practice, patient } = groupPractice(lab);
      const [group] = await groupTimes(lab, patient, practice);
      const booked = [];
      for (let place = 1; place <= GROUP; place++) booked.push(await bookedBy(lab, group));
      expect(standing(lab, { practice })).toHaveLength(GROUP);
      expect((await placesOffered(lab, patient, practice)).has(group.id)).toBe(false);
      const oneMore = await lab.system.book(bookCommand(lab, group, patient), callWithin(lab));
      expect(outcomeInWords(oneMore)).toBe('REJECTED (SLOT_TAKEN)');
      expect(standing(lab, { practice })).toHaveLength(GROUP);
      const [first] = booked;
      if (!first || !lab.manifest.capabilities.cancel) return;
      const cancel = cancelCommand(group, first.person, first.appointment);
      expect(await lab.system.cancel(cancel, callWithin(lab))).toEqual({ class: 'ACCEPTED' });
      expect((await placesOffered(lab, patient, practice)).get(group.id)).toEqual({ all: GROUP, left: 1 });
    },
  },
  {
    level: 'L2',
    id: 'places.full',
    title: 'never offers a time whose places are all taken, and books nobody there',
    async run(lab) {
      const { practice, patient } = groupPractice(lab);
      const slot = (await freeSlots(lab, patient, practice)).find(({ mode }) => mode === 'IN_PERSON');
      if (!slot) throw new Error('The search finds no free slot in person, though the desk has made room.');
      for (let place = 1; place <= GROUP; place++) takenByAnother(lab, practice, slot.startsAt);
      const range = { patient, practice, from: slot.startsAt, to: slot.endsAt };
      expect((await search(lab, range)).map(({ id }) => id)).not.toContain(slot.id);
      const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
      expect(outcomeInWords(outcome)).toBe('REJECTED (SLOT_TAKEN)');
      expect(standing(lab, patient)).toEqual([]);
    },
  },
];

function groupPractice(lab: Laboratory) {
  const practice = newPractice(lab);
  lab.simulators.diary.configure(practice, { groupPlaces: GROUP });
  return { practice, patient: newPatient(lab, practice) };
}

async function groupTimes(lab: Laboratory, patient: Patient, practice: OdsCode) {
  const found = (await freeSlots(lab, patient, practice)).filter(({ mode }) => mode === 'IN_PERSON');
  const [first, ...others] = found;
  if (!first) throw new Error('The search finds no time of the group clinic, though the desk has made room.');
  return [first, ...others] as const;
}

async function placesOffered(lab: Laboratory, patient: Patient, practice: OdsCode) {
  const [from, to] = [hoursAfter(NOON, 2), hoursAfter(NOON, 4)];
  const found = await search(lab, { patient, practice, from, to });
  const isGroup = found.filter(({ mode }) => mode === 'IN_PERSON');
  return new Map(isGroup.map(({ id, places }) => [id, places]));
}

async function bookedBy(lab: Laboratory, slot: Parameters<typeof bookCommand>[1]) {
  const person = newPatient(lab, slot.practice);
  const outcome = await lab.system.book(bookCommand(lab, slot, person), callWithin(lab));
  if (outcome.class !== 'ACCEPTED')
    throw new Error(
      `A place of the time ${slot.startsAt.toISOString()}, offered with ${JSON.stringify(slot.places)}, is ${outcomeInWords(outcome)}, not ACCEPTED.`,
    );
  return { person, appointment: outcome.appointment };
}

/** Somebody else takes a place, as at the desk. */
function takenByAnother(lab: Laboratory, practice: OdsCode, startsAt: Date): void {
  const { diary } = lab.simulators;
  const other = newPatient(lab, practice);
  const patient = diary.patient(practice, other.nhsNumber);
  const [at] = diary
    .freeSlots(practice, startsAt, new Date(startsAt.getTime() + 10 * 60_000), { route: 'PATIENT_SESSION' })
    .filter(({ slotType }) => slotType === '111 urgent');
  if (!patient || !at) throw new Error('The book has no such free time.');
  const audience = { route: 'PATIENT_SESSION' } as const;
  const result = diary.book({ practice, slotId: at.id, patient, audience, consumer: 'another' });
  if (result.kind !== 'BOOKED') throw new Error(`The diary refuses: ${result.why}.`);
}
