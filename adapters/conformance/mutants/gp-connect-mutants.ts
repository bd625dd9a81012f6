import type { Mutant } from './mutant';

export const gpConnectMutants: readonly Mutant[] = [
  {
    id: 'summer-hour',
    title: 'drops the offset, an hour off in summer',
    caughtBy: 'times.summer',
    file: 'gp-connect/gp-connect.replies.ts',
    find: 'startsAt: new Date(slot.start),\n      endsAt: new Date(slot.end),',
    replace:
      'startsAt: new Date(`${slot.start.slice(0, 19)}Z`),\n      endsAt: new Date(`${slot.end.slice(0, 19)}Z`),',
  },
  {
    id: 'conflict-is-success',
    title: 'takes 409 for a booking',
    caughtBy: 'book.taken',
    file: 'gp-connect/gp-connect.outcomes.ts',
    find: "if (reply.status === 401 || reply.status === 403) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };\n  const refusal",
    replace:
      "if (reply.status === 409) return { class: 'ACCEPTED', appointment: { id: '1' } };\n  const refusal",
  },
  {
    id: 'session-as-slot',
    title: 'takes the schedule’s reference for the slot’s id',
    caughtBy: 'search.complete',
    file: 'gp-connect/gp-connect.replies.ts',
    find: 'id: slot.id,',
    replace: 'id: slot.schedule.reference,',
  },
  {
    id: 'retries-ambiguous',
    title: 'sends a booking again when its connection was lost',
    caughtBy: 'fault.reset-after.book',
    file: 'gp-connect/gp-connect.ts',
    find: 'return bookOutcomeOf(await send(request, target, context), manifest);',
    replace:
      'const reply = await send(request, target, context).catch(() => {\n      context.commandProvenUndone();\n      return send(request, target, context);\n    });\n    return bookOutcomeOf(reply, manifest);',
  },
  {
    id: 'invalid-is-taken',
    title: 'takes INVALID_RESOURCE, which is also a start in the past, for taken',
    caughtBy: 'book.past',
    file: 'gp-connect/gp-connect.outcomes.ts',
    find: "INVALID_RESOURCE: 'INVALID_REQUEST',",
    replace: "INVALID_RESOURCE: 'SLOT_TAKEN',",
  },
  {
    id: 'bare-4xx-is-refusal',
    title: 'guesses a refusal from an error that is not in the supplier’s words',
    caughtBy: 'fault.502-after.book',
    file: 'gp-connect/gp-connect.outcomes.ts',
    find: ": undefined;\n  return refusal ? { class: 'REJECTED', refusal }",
    replace:
      ": undefined;\n  if (!refusal) return { class: 'REJECTED', refusal: 'INVALID_REQUEST' };\n  return refusal ? { class: 'REJECTED', refusal }",
  },
  {
    id: 'lost-page',
    title: 'keeps the first fifty slots of a reply only',
    caughtBy: 'search.complete',
    file: 'gp-connect/gp-connect.ts',
    find: 'yield slotsOf(read(Bundle, await send(request, search, context)), search.practice);',
    replace:
      'yield slotsOf(read(Bundle, await send(request, search, context)), search.practice).slice(0, 50);',
  },
  {
    id: 'cancels-what-was-moved',
    title: 'cancels an appointment that the desk has moved',
    caughtBy: 'cancel.moved',
    file: 'gp-connect/gp-connect.ts',
    find: "if (slotIdOf(current) !== command.slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };",
    replace: '',
  },
  {
    id: 'cancelled-stands',
    title: 'reads back what the desk has cancelled as if it stood',
    caughtBy: 'read-back.sees-cancelled',
    file: 'gp-connect/gp-connect.replies.ts',
    find: "status: resource.status === 'cancelled' ? 'CANCELLED' : 'BOOKED',",
    replace: "status: 'BOOKED',",
  },
];
