import type { Mutant } from './mutant';

export const tppMutants: readonly Mutant[] = [
  {
    id: 'summer-hour',
    title: 'believes the Z, an hour off in summer',
    caughtBy: 'times.summer',
    file: 'tpp/tpp.replies.ts',
    find: "return reading.kind === 'instant' ? reading.instant : null;",
    replace: "return reading.kind === 'instant' ? new Date(text) : null;",
  },
  {
    id: 'conflict-is-success',
    title: 'takes error 1103, with HTTP 200, for a booking',
    caughtBy: 'book.taken',
    file: 'tpp/tpp.ts',
    find: 'const refusal = bookRefusalOf(answer.failure);\n        if (refusal)',
    replace:
      "const refusal = bookRefusalOf(answer.failure);\n      if (refusal === 'SLOT_TAKEN') return { class: 'ACCEPTED', appointment: { id: slot.id } };\n        if (refusal)",
  },
  {
    id: 'session-as-slot',
    title: 'takes the session’s id for the slot’s',
    caughtBy: 'search.complete',
    file: 'tpp/tpp.replies.ts',
    find: 'return `${sessionId}/${startDate}/${endDate}`;',
    replace: 'return [sessionId, startDate, endDate][0] ?? "";',
  },
  {
    id: 'retries-ambiguous',
    title: 'sends a booking again when the supplier has failed',
    caughtBy: 'fault.502-after.book',
    file: 'tpp/tpp.sessions.ts',
    find: "if (answer.kind !== 'ERROR' || !isLoggedOff(message.name, answer.failure)) return answer;",
    replace: "if (answer.kind === 'REPLY') return answer;",
  },
  {
    id: 'five-is-past',
    title: 'takes code 5 for a start in the past, whatever it answers',
    caughtBy: 'session.renewed',
    file: 'tpp/tpp.outcomes.ts',
    find: "return failure.errorCode === '5' && (",
    replace: "return failure.errorCode === '55' && (",
  },
  {
    id: 'lost-page',
    title: 'reads the slots of the first session only',
    caughtBy: 'search.complete',
    file: 'tpp/tpp.replies.ts',
    find: 'return (reply.Session ?? []).flatMap(',
    replace: 'return (reply.Session ?? []).slice(0, 1).flatMap(',
  },
  {
    id: 'unreadable-is-absent',
    title: 'takes a list without its appointments’ session for a list without appointments',
    caughtBy: 'read-back.sees-accepted',
    file: 'tpp/tpp.replies.ts',
    find: 'return (reply.Appointment ?? []).flatMap((appointment) => {',
    replace: 'return (reply.Appointment ?? []).slice(1).flatMap((appointment) => {',
  },
  {
    id: 'well-by-any-answer',
    title: 'takes an error for a sign of health',
    caughtBy: 'health.tells',
    file: 'tpp/tpp.ts',
    find: "(await isWell(context)) ? 'UP' : 'DEGRADED'",
    replace: "(await isWell(context)) || 'UP' ? 'UP' : 'DEGRADED'",
  },
];
