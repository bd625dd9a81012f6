import { expect } from 'expect';
import type { Manifest } from '../../gp-system';
import type { SimulatedOperation } from '../../simulator/injected-faults';
import { supplierNamed } from '../../registry';
import {
  ACTOR,
  callWithin,
  freeSlots,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  probe,
  ready,
  bookCommand,
  search,
} from '../laboratory';
import type { Requirement } from '../requirement';
import { expectTruth } from './truth';

const withoutReadBack = ({ capabilities }: Manifest) =>
  capabilities.readBack === 'none' ? 'nothing can be read back' : null;

/** More than two pages of any simulator in the suite, whose pages are short. */
const EARLIER = 11;
const DAYS = 5;

export const pagesRequirements: readonly Requirement[] = [
  {
    level: 'L2',
    id: 'pages.search',
    title: 'finds the slots of every page of a long answer, also of the last',
    async run(lab) {
      const practice = newPractice(lab);
      const days = Math.min(DAYS, lab.manifest.limits.searchWindowDays);
      const [from, to] = [hoursAfter(NOON, 1), hoursAfter(NOON, 24 * days)];
      lab.simulators.diary.deskFrees(practice, from, hoursAfter(from, 3));
      lab.simulators.diary.deskFrees(practice, hoursAfter(to, -3), to);
      const found = await search(lab, { patient: newPatient(lab, practice), practice, from, to });
      expectTruth(lab, found, { practice, from, to });
      expectPagesFollowed(lab, 'SEARCH');
    },
  },
  {
    level: 'L2',
    id: 'pages.read-back',
    title: 'reads back the appointment that is on the last page of a long list',
    notFor: withoutReadBack,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const offered = await freeSlots(lab, patient, practice);
      for (const other of offered.filter(({ id }) => id !== slot.id).slice(0, EARLIER))
        bookedAtDesk(lab, patient.nhsNumber, other.startsAt, practice);
      const command = bookCommand(lab, slot, patient);
      const outcome = await lab.system.book(command, callWithin(lab));
      expect(outcome.class).toBe('ACCEPTED');
      const seen = await lab.system.readBack(
        { ...probe(slot, patient, command.marker, command.attemptId), actor: ACTOR },
        callWithin(lab),
      );
      const held = lab.simulators.diary.appointments({ nhsNumber: patient.nhsNumber, practice });
      expect({ ours: seen.filter(({ slotId }) => slotId === slot.id).length, all: seen.length }).toEqual({
        ours: 1,
        all: held.length,
      });
      expectPagesFollowed(lab, 'READ');
    },
  },
];

/** The patient has other appointments, which were made first and so are listed first. */
function bookedAtDesk(
  { simulators: { diary } }: Laboratory,
  nhsNumber: string,
  startsAt: Date,
  practice: ReturnType<typeof newPractice>,
): void {
  const patient = diary.patient(practice, nhsNumber);
  const end = new Date(startsAt.getTime() + 10 * 60_000);
  const [at] = diary.freeSlots(practice, startsAt, end, { route: 'PATIENT_SESSION' });
  if (!patient || !at) throw new Error('The book has no such free time.');
  const audience = { route: 'PATIENT_SESSION' } as const;
  diary.book({ practice, slotId: at.id, patient, audience, consumer: 'the desk' });
}

/** A simulator with pages that was never asked for a second one has tried nothing. */
function expectPagesFollowed(lab: Laboratory, operation: SimulatedOperation): void {
  const { id } = supplierNamed(lab.manifest.id).manifest;
  if (!lab.simulators.paged(id).includes(operation)) return;
  const further = lab.wire.filter(
    ({ supplier, target, reply }) =>
      supplier === id && target.operation === operation && target.isFurtherPage && reply === undefined,
  );
  if (further.length < 2)
    throw new Error(
      `The simulator answers ${operation} in pages, and was asked for ${further.length} further pages in a list of more than two: either they are not followed, or identify() does not mark them with isFurtherPage.`,
    );
}
