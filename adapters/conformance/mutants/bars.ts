import type { Mutant } from './mutant';

export const barsMutants: readonly Mutant[] = [
  {
    id: 'summer-hour',
    title: 'drops the offset, an hour off in summer where a receiver writes local time',
    caughtBy: 'times.summer',
    file: 'bars/bars.replies.ts',
    find: 'startsAt: new Date(slot.start),\n      endsAt: new Date(slot.end),',
    replace:
      'startsAt: new Date(`${slot.start.slice(0, 19)}Z`),\n      endsAt: new Date(`${slot.end.slice(0, 19)}Z`),',
  },
  {
    id: 'conflict-is-success',
    title: 'takes a conflict for a booking',
    caughtBy: 'book.taken',
    file: 'bars/bars.outcomes.ts',
    find: "? { class: 'REJECTED', refusal: 'SLOT_TAKEN' }",
    replace: "? { class: 'ACCEPTED', appointment: { id: '1' } }",
  },
  {
    id: 'duplicate-is-taken',
    title: 'takes "processed before", which is our own booking, for taken',
    caughtBy: 'book.idempotency',
    file: 'bars/bars.outcomes.ts',
    find: "return issues.includes('conflict') && !issues.includes('duplicate')",
    replace: 'return issues.length > 0',
  },
  {
    id: 'session-as-slot',
    title: 'takes the schedule’s reference for the slot’s id',
    caughtBy: 'search.complete',
    file: 'bars/bars.replies.ts',
    find: 'id: slot.id,',
    replace: 'id: slot.schedule.reference,',
  },
  {
    id: 'retries-ambiguous',
    title: 'sends a booking again when a proxy has given up waiting',
    caughtBy: 'fault.408-after.book',
    file: 'bars/bars.exchanges.ts',
    find: 'if (reply.status !== 401) return reply;',
    replace: 'if (reply.status !== 401 && reply.status !== 408 && reply.status < 500) return reply;',
  },
  {
    id: 'timeout-is-refusal',
    title: 'takes REC_TIMEOUT for a refusal',
    caughtBy: 'fault.408-after.book',
    file: 'bars/bars.outcomes.ts',
    find: "REC_NOT_FOUND: 'SLOT_NOT_FOUND',",
    replace: "REC_NOT_FOUND: 'SLOT_NOT_FOUND', REC_TIMEOUT: 'SLOT_NOT_FOUND',",
  },
  {
    id: 'lost-page',
    title: 'never follows a link to the next page',
    caughtBy: 'search.many-days',
    file: 'bars/bars.ts',
    find: 'if (next === null) return;',
    replace: 'if (next !== undefined) return;',
  },
  {
    id: 'guesses-the-channel',
    title: 'takes a slot without a delivery channel for one in person',
    caughtBy: 'drift.search',
    file: 'bars/bars.replies.ts',
    find: 'return channel === undefined ? undefined : MODES[channel];',
    replace: "return channel === undefined ? 'IN_PERSON' : MODES[channel];",
  },
];
