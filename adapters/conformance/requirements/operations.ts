import { expect } from 'expect';
import type { Manifest, ReadBackProbe } from '../../gp-system';
import type { OperationCourse } from '../../simulator/protocol-server';
import {
  bookCommand,
  callWithin,
  expectOneAttempt,
  type Laboratory,
  outcomeInWords,
  probe,
  ready,
  requests,
  settle,
  standing,
  switchOn,
} from '../laboratory';
import type { Requirement } from '../requirement';

const withoutOperations = ({ capabilities }: Manifest) =>
  capabilities.bookReply === 'final' ? 'the reply to a booking says what came of it' : null;

/** Courses of an operation: its effect before, with and after the reply; told at once, or later than it takes place. */
const COURSES: readonly (readonly [id: string, title: string, course: OperationCourse])[] = [
  ['before', 'has taken effect before the reply', { effectAfterMs: 0, endsAfterMs: 0 }],
  ['before-told-later', 'has taken effect, and says so later', { effectAfterMs: 0, endsAfterMs: 2_500 }],
  ['with', 'takes effect as the reply leaves', { effectAfterMs: 1, endsAfterMs: 1 }],
  ['after', 'takes effect after the reply', { effectAfterMs: 1_500, endsAfterMs: 1_500 }],
  ['after-told-later', 'takes effect late, and says so later', { effectAfterMs: 1_500, endsAfterMs: 3_200 }],
];
/** Longer than the call below, shorter than any supplier may take. */
const LATE_MS = 9_000;
const CALL_MS = 5_000;

export const operationRequirements: readonly Requirement[] = [
  ...COURSES.map(([id, title, course]): Requirement => ({
    level: 'L2',
    id: `operation.${id}`,
    title: `accepts a booking whose operation ${title}, when it says so`,
    notFor: withoutOperations,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      switchOn(lab, { kind: 'operation', ...course }, { practice, operation: 'BOOK', times: 1 });
      const command = bookCommand(lab, slot, patient);
      const outcome = await lab.system.book(command, callWithin(lab));
      expect(outcomeInWords(outcome)).toBe('ACCEPTED');
      expectOneAttempt(lab, command);
      expect(standing(lab, { practice })).toHaveLength(1);
    },
  })),
  {
    level: 'L2',
    id: 'operation.refused',
    title: 'refuses a booking whose operation fails, in the supplier’s words, and not before it has failed',
    notFor: withoutOperations,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const course = { effectAfterMs: 1_500, endsAfterMs: 1_500 };
      switchOn(lab, { kind: 'operation', ...course }, { practice, operation: 'BOOK', times: 1 });
      const booking = lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
      // The desk is quicker than the operation.
      lab.simulators.diary.deskTakes(practice, slot.startsAt, slot.endsAt);
      expect(outcomeInWords(await booking)).toBe('REJECTED (SLOT_TAKEN)');
      expect(standing(lab, { practice })).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'operation.paced',
    title: 'asks for an operation as often as Retry-After says, and not beyond the deadline',
    notFor: withoutOperations,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const course = { effectAfterMs: 0, endsAfterMs: null };
      switchOn(lab, { kind: 'operation', ...course }, { practice, operation: 'BOOK', times: 1 });
      const startedAt = lab.timers.elapsedMs();
      const command = bookCommand(lab, slot, patient);
      const outcome = await lab.system.book(command, callWithin(lab, CALL_MS));
      const asked = requests(lab, 'POLL');
      const tookMs = lab.timers.elapsedMs() - startedAt;
      expect({ outcome: outcome.class, asked, isInTime: tookMs <= CALL_MS }).toEqual({
        outcome: 'AMBIGUOUS',
        // The reply said a second.
        asked: Math.ceil(CALL_MS / 1_000) - 1,
        isInTime: true,
      });
      expectOneAttempt(lab, command);
      expect(standing(lab, { practice })).toHaveLength(1);
    },
  },
  ...(['yes', 'no'] as const).map((end): Requirement => ({
    level: 'L2',
    id: `operation.late-${end}`,
    title: `learns of ${end === 'yes' ? 'an acceptance' : 'a refusal'} that comes after the call, by the attempt’s key, and takes nothing for absent before`,
    notFor: withoutOperations,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const course = { effectAfterMs: LATE_MS, endsAfterMs: LATE_MS };
      switchOn(lab, { kind: 'operation', ...course }, { practice, operation: 'BOOK', times: 1 });
      const command = bookCommand(lab, slot, patient);
      const outcome = await lab.system.book(command, callWithin(lab, CALL_MS));
      expect(outcome.class).toBe('AMBIGUOUS');
      const sought = probe(slot, patient, command.marker, command.attemptId);
      expect(await findAttempt(lab, sought)).toEqual({ state: 'RUNNING' });
      expect(await lab.system.readBack(sought, callWithin(lab))).toEqual([]);
      if (end === 'no') lab.simulators.diary.deskTakes(practice, slot.startsAt, slot.endsAt);
      await settle(lab);
      const [seen] = await lab.system.readBack(sought, callWithin(lab));
      expect(await findAttempt(lab, sought)).toMatchObject(
        end === 'no'
          ? { state: 'REFUSED', refusal: 'SLOT_TAKEN' }
          : { state: 'BOOKED', appointment: { id: seen?.id } },
      );
      expect(seen?.slotId).toBe(end === 'no' ? undefined : slot.id);
      expect(requests(lab, 'BOOK')).toBe(1);
    },
  })),
  {
    level: 'L2',
    id: 'operation.unknown',
    title: 'knows nothing of an attempt that was never made, and books nothing by asking',
    notFor: withoutOperations,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const sought = probe(slot, patient, 'none', '00000000-0000-4000-8000-000000000000');
      expect(await findAttempt(lab, sought)).toEqual({ state: 'UNKNOWN' });
      await settle(lab);
      expect({ sent: requests(lab, 'BOOK'), standing: standing(lab, { practice }) }).toEqual({
        sent: 0,
        standing: [],
      });
    },
  },
  {
    level: 'L4',
    id: 'leak.pauses',
    title: 'waits for no operation any more once nobody waits for it',
    notFor: withoutOperations,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const caller = new AbortController();
      switchOn(lab, { kind: 'held' }, { practice, operation: 'POLL', times: 1 });
      const before = lab.timers.waiting;
      const call = { ...callWithin(lab), signal: caller.signal };
      const booking = lab.system.book(bookCommand(lab, slot, patient), call);
      caller.abort();
      expect((await booking).class).toMatch(/^(AMBIGUOUS|NOT_SENT)$/);
      lab.simulators.faults.release();
      await settle(lab);
      expect({ timersThatWait: lab.timers.waiting }).toEqual({ timersThatWait: before });
    },
  },
];

function findAttempt(lab: Laboratory, sought: ReadBackProbe) {
  if (!lab.system.findAttempt)
    throw new Error('Bookings are operations, and there is no `findAttempt`: a late refusal would be lost.');
  return lab.system.findAttempt(sought, callWithin(lab));
}
