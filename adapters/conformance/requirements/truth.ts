import type { Slot, SlotSearch } from '../../gp-system';
import { expect } from 'expect';
import type { DiaryAppointment, DiarySlot } from '../../simulator/diary-records';
import { CONSUMER } from '../gp-system-at';
import type { CancelOutcome } from '../../gp-system';
import type { Laboratory } from '../laboratory';

export type SearchRange = Pick<SlotSearch, 'practice' | 'from' | 'to'>;

/** Returns the free slots that the supplier's book really has for us. */
export function free({ simulators, manifest }: Laboratory, { practice, from, to }: SearchRange): DiarySlot[] {
  const { route } = manifest;
  const audience = { route, organisationType: CONSUMER.type, organisation: CONSUMER.odsCode };
  return simulators.diary.freeSlots(practice, from, to, audience);
}

/**
 * Expects the answer to a cancellation of what is cancelled already: yes, or, where the supplier lists no cancelled ones, that
 * it is not there. That is never taken for a yes: it may have been moved.
 */
export function expectCancelledBefore({ manifest }: Laboratory, outcome: CancelOutcome): void {
  const accepted = { class: 'ACCEPTED' };
  const isListed = manifest.capabilities.readBackOfCancelled;
  expect(outcome).toEqual(
    isListed || outcome.class === 'ACCEPTED' ? accepted : { class: 'REJECTED', refusal: 'NOT_FOUND' },
  );
}

/** Returns all the words on an appointment that the practice's desk sees. */
export function wordsOf({ reason, description, comment, contactPhone, patient }: DiaryAppointment): string {
  return [reason, description, comment, contactPhone, patient.phone].filter(Boolean).join('\n');
}

/** Describes what a person sees of slots, comparable between a search and the book. */
export function described(
  slots: readonly Pick<Slot, 'startsAt' | 'endsAt' | 'mode' | 'slotType'>[],
): string[] {
  return slots
    .map(({ startsAt, endsAt, mode, slotType }) =>
      [startsAt.toISOString(), endsAt.toISOString(), mode, slotType].join(' '),
    )
    .sort();
}

/** Expects that a search found the free slots of the range, all of them and no other; a failure names the first of each. */
export function expectTruth(
  lab: Laboratory,
  found: readonly Slot[],
  range: SearchRange,
  isMeant: (slot: string) => boolean = () => true,
): void {
  const [seen, real] = [described(found), described(free(lab, range))];
  const wrong = seen.filter((slot) => !real.includes(slot));
  const missing = real.filter((slot) => isMeant(slot) && !seen.includes(slot));
  expect({ wrong: wrong.slice(0, 3), missing: missing.slice(0, 3) }).toEqual({ wrong: [], missing: [] });
  expect(seen.length).toBe(new Set(found.map(({ id }) => id)).size);
}

/**
 * Returns false for slots in or at the hour of autumn 2026 that the clocks on walls show twice: where a supplier writes no
 * offsets, leaving such a slot out is right.
 */
export function hasPlainTimes(slot: string): boolean {
  return slot < '2026-10-24T23:50' || slot >= '2026-10-25T02:00';
}
