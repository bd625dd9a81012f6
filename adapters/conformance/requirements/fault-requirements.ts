import { expect } from 'expect';
import { eventually } from '../../../domain/eventually';
import type { Call, SupplierFault } from '../../gp-system';
import type { Fault, SimulatedOperation } from '../../simulator/injected-faults';
import {
  ACTOR,
  bookCommand,
  callWithin,
  cancelCommand,
  expectOneAttempt,
  hoursAfter,
  type Laboratory,
  laboratory,
  newPatient,
  newPractice,
  NOON,
  outcomeInWords,
  probe,
  readyAndBooked,
  ready,
  requests,
  search,
  settle,
  standing,
  switchOn,
  untilTimeIsUp,
} from '../laboratory';
import { supplierNamed } from '../../registry';
import type { Requirement } from '../requirement';
import { expectCancelledBefore } from './truth';

interface Trouble {
  id: string;
  title: string;
  fault: Fault;
  /** The fault that searching and reading throw. Commands are AMBIGUOUS under all of them, but for a declared 429. */
  thrown: SupplierFault;
  /** Says whether a booking stands afterwards. */
  isDone: boolean;
  /** Only its deadline ends the call. */
  outlastsDeadline?: true;
}

const LONG_MS = 600_000;

const TROUBLES: readonly Trouble[] = [
  {
    id: '429',
    title: 'the supplier answers 429',
    fault: { kind: 'throttled' },
    thrown: 'THROTTLED',
    isDone: false,
  },
  {
    id: '408-after',
    title: 'a proxy answers 408 and the supplier has done it',
    fault: { kind: 'server-error', status: 408, afterCommit: true },
    thrown: 'TIMED_OUT',
    isDone: true,
  },
  {
    id: '500-before',
    title: 'the supplier answers 500 and has done nothing',
    fault: { kind: 'server-error', status: 500, afterCommit: false },
    thrown: 'SERVER_ERROR',
    isDone: false,
  },
  {
    id: '500-after',
    title: 'the supplier answers 500 and has done it',
    fault: { kind: 'server-error', status: 500, afterCommit: true },
    thrown: 'SERVER_ERROR',
    isDone: true,
  },
  {
    id: '502-after',
    title: 'a proxy answers 502 and the supplier has done it',
    fault: { kind: 'server-error', status: 502, afterCommit: true },
    thrown: 'SERVER_ERROR',
    isDone: true,
  },
  {
    id: '503-before',
    title: 'the supplier answers 503 and has done nothing',
    fault: { kind: 'server-error', status: 503, afterCommit: false },
    thrown: 'SERVER_ERROR',
    isDone: false,
  },
  {
    id: '504-after',
    title: 'a proxy answers 504 and the supplier has done it',
    fault: { kind: 'server-error', status: 504, afterCommit: true },
    thrown: 'SERVER_ERROR',
    isDone: true,
  },
  {
    id: 'half',
    title: 'the supplier answers half a reply',
    fault: { kind: 'malformed' },
    thrown: 'BAD_REPLY',
    isDone: true,
  },
  {
    id: 'web-page',
    title: 'a web page answers with 200',
    fault: { kind: 'html-200' },
    thrown: 'BAD_REPLY',
    isDone: true,
  },
  {
    id: 'entity-bomb',
    title: 'the supplier answers with a document type full of entities',
    fault: { kind: 'entity-bomb' },
    thrown: 'BAD_REPLY',
    isDone: true,
  },
  {
    id: 'cut',
    title: 'the reply is cut short',
    fault: { kind: 'truncated' },
    thrown: 'BAD_REPLY',
    isDone: true,
  },
  {
    id: 'reset-before',
    title: 'the connection is reset and the supplier has done nothing',
    fault: { kind: 'reset-before-commit' },
    thrown: 'UNREACHABLE',
    isDone: false,
  },
  {
    id: 'reset-after',
    title: 'the connection is reset and the supplier has done it',
    fault: { kind: 'reset-after-commit' },
    thrown: 'UNREACHABLE',
    isDone: true,
  },
  {
    id: 'drip',
    title: 'the supplier answers one byte at a time',
    fault: { kind: 'slow-drip' },
    thrown: 'TIMED_OUT',
    isDone: true,
    outlastsDeadline: true,
  },
  {
    id: 'late',
    title: 'the supplier answers after the deadline',
    fault: { kind: 'slow', ms: LONG_MS },
    thrown: 'TIMED_OUT',
    isDone: false,
    outlastsDeadline: true,
  },
];

/** Runs a call under the trouble; where only its deadline ends it, until that has passed. */
function during<T>(
  lab: Laboratory,
  { outlastsDeadline }: Trouble,
  aimedAt: SimulatedOperation,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  return outlastsDeadline ? untilTimeIsUp(lab, work, aimedAt) : work(callWithin(lab));
}

function readsUnderTrouble(trouble: Trouble): Requirement[] {
  const { id, title, fault, thrown } = trouble;
  return [
    {
      level: 'L3',
      id: `fault.${id}.search`,
      title: `fails a search, rather than return an empty list, when ${title}`,
      async run(lab) {
        const { practice, patient } = await ready(lab);
        switchOn(lab, fault, { practice, operation: 'SEARCH' });
        const found = during(lab, trouble, 'SEARCH', (call) =>
          search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) }, call),
        );
        await expect(found).rejects.toMatchObject({ name: 'SupplierError', fault: thrown });
      },
    },
    {
      level: 'L3',
      id: `fault.${id}.read-back`,
      title: `fails a read-back, rather than return an empty list, when ${title}`,
      notFor: ({ capabilities }) => (capabilities.readBack === 'none' ? 'nothing can be read back' : null),
      async run(lab) {
        const { practice, patient, slot, command } = await readyAndBooked(lab);
        switchOn(lab, fault, { practice, operation: 'READ' });
        const reading = during(lab, trouble, 'READ', (call) =>
          lab.system.readBack(probe(slot, patient, command.marker), call),
        );
        await expect(reading).rejects.toMatchObject({ fault: thrown });
      },
    },
  ];
}

function bookingsUnderTrouble(trouble: Trouble): Requirement[] {
  const { id, title, fault, thrown, isDone, outlastsDeadline } = trouble;
  return [
    {
      level: 'L3',
      id: `fault.${id}.book`,
      title: `sends a booking once and does not guess its outcome when ${title}`,
      async run(lab) {
        const { practice, patient, slot } = await ready(lab);
        switchOn(lab, fault, { practice, operation: 'BOOK', times: 1 });
        const command = bookCommand(lab, slot, patient);
        const outcome = await during(lab, trouble, 'BOOK', (call) => lab.system.book(command, call));
        await settle(lab);
        const isKnown = thrown === 'THROTTLED' && lab.manifest.throttle === '429NotExecuted';
        expectOneAttempt(lab, command);
        // Sent again under its key, the supplier says what became of it, or does it now.
        const wasAskedAgain = requests(lab, 'BOOK') > 1;
        const expected = wasAskedAgain ? 'ACCEPTED' : isKnown ? 'THROTTLED' : 'AMBIGUOUS';
        const stands = isDone || wasAskedAgain;
        expect({ outcome: outcome.class, standing: standing(lab, { practice }).length }).toEqual({
          outcome: expected,
          standing: stands ? 1 : 0,
        });
        if (lab.manifest.capabilities.readBack === 'none') return;
        const seen = await lab.system.readBack(
          probe(slot, patient, command.marker, command.attemptId),
          callWithin(lab),
        );
        expect(seen.map(({ slotId }) => slotId)).toEqual(stands ? [slot.id] : []);
      },
    },
    {
      level: 'L3',
      id: `fault.${id}.poll`,
      title: `takes a running operation neither for a refusal nor for nothing, and books once, when it asks for it and ${title}`,
      notFor: ({ capabilities }) =>
        capabilities.bookReply === 'final' ? 'the reply to a booking says what came of it' : null,
      async run(lab) {
        const { practice, patient, slot } = await ready(lab);
        switchOn(lab, fault, { practice, operation: 'POLL', times: 1 });
        const command = bookCommand(lab, slot, patient);
        const outcome = await during(lab, trouble, 'POLL', (call) => lab.system.book(command, call));
        // With time left it is asked for again.
        expect(outcomeInWords(outcome)).toMatch(outlastsDeadline ? /^AMBIGUOUS/ : /^ACCEPTED$/);
        await settle(lab);
        expectOneAttempt(lab, command);
        expect(standing(lab, { practice })).toHaveLength(1);
        const seen = await lab.system.readBack(
          probe(slot, patient, command.marker, command.attemptId),
          callWithin(lab),
        );
        expect(seen.map(({ slotId }) => slotId)).toEqual([slot.id]);
      },
    },
  ];
}

function cancellationUnderTrouble(trouble: Trouble): Requirement[] {
  const { id, title, fault, thrown, isDone } = trouble;
  return [
    {
      level: 'L3',
      id: `fault.${id}.cancel`,
      title: `does not guess the outcome of a cancellation, and settles it on the second attempt, when ${title}`,
      notFor: ({ capabilities }) => (capabilities.cancel ? null : 'nothing can be cancelled'),
      async run(lab) {
        const { practice, patient, slot, appointment } = await readyAndBooked(lab);
        switchOn(lab, fault, { practice, operation: 'CANCEL', times: 1 });
        const command = cancelCommand(slot, patient, appointment);
        const outcome = await during(lab, trouble, 'CANCEL', (call) => lab.system.cancel(command, call));
        const isKnown = thrown === 'THROTTLED' && lab.manifest.throttle === '429NotExecuted';
        expect(outcome.class).toBe(isKnown ? 'THROTTLED' : 'AMBIGUOUS');
        expect(requests(lab, 'CANCEL')).toBe(1);
        expect(standing(lab, patient)).toHaveLength(isDone ? 0 : 1);
        const again = await lab.system.cancel(command, callWithin(lab));
        if (isDone) expectCancelledBefore(lab, again);
        else expect(again).toEqual({ class: 'ACCEPTED' });
        expect(standing(lab, patient)).toEqual([]);
      },
    },
  ];
}

export const faultRequirements: readonly Requirement[] = [
  ...TROUBLES.flatMap((trouble) => [
    ...readsUnderTrouble(trouble),
    ...bookingsUnderTrouble(trouble),
    ...cancellationUnderTrouble(trouble),
  ]),
  {
    level: 'L3',
    id: 'fault.late-delivery',
    title: 'reads back a booking that was executed after its deadline',
    notFor: ({ capabilities }) => (capabilities.readBack === 'none' ? 'nothing can be read back' : null),
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      switchOn(lab, { kind: 'slow', ms: LONG_MS }, { practice, operation: 'BOOK', times: 1 });
      const command = bookCommand(lab, slot, patient);
      const outcome = await untilTimeIsUp(lab, (call) => lab.system.book(command, call), 'BOOK');
      expect(outcome).toMatchObject({ class: 'AMBIGUOUS' });
      const read = async () =>
        (await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab))).map(
          ({ slotId }) => slotId,
        );
      expect(await read()).toEqual([]);
      lab.timers.advance(LONG_MS);
      await eventually('the supplier executes the booking', async () => {
        await settle(lab);
        return standing(lab, { practice }).length > 0;
      });
      expect(await read()).toEqual([slot.id]);
      expect(standing(lab, { practice })).toHaveLength(1);
    },
  },
  {
    level: 'L3',
    id: 'fault.unreachable',
    title: 'reports that nothing was sent while its supplier is down',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      await lab.simulators.down(lab.manifest.id);
      const found = search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) });
      await expect(found).rejects.toMatchObject({ fault: 'UNREACHABLE' });
      expect(await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab))).toMatchObject({
        class: 'NOT_SENT',
        error: { fault: 'UNREACHABLE', mayHaveBeenSent: false },
      });
      await lab.simulators.up(lab.manifest.id);
      expect(await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab))).toMatchObject({
        class: 'ACCEPTED',
      });
    },
  },
  ...(['BOOK', 'POLL', 'CANCEL', 'READ'] as const).map((operation): Requirement => ({
    level: 'L3',
    id: `session.ends-at.${operation.toLowerCase()}`,
    title: `renews a session that ends just before ${{ BOOK: 'a booking', POLL: 'its operation is asked for', CANCEL: 'a cancellation', READ: 'a read-back' }[operation]}, which then happens once`,
    notFor({ sessionTtlMs, capabilities }) {
      if (sessionTtlMs === undefined) return 'no log-on and no token is kept';
      if (operation === 'CANCEL' && !capabilities.cancel) return 'nothing can be cancelled';
      if (operation === 'POLL' && capabilities.bookReply === 'final')
        return 'the reply to a booking says what came of it';
      return operation === 'READ' && capabilities.readBack === 'none' ? 'nothing can be read back' : null;
    },
    async run(lab) {
      const { practice, patient, slot, command, appointment } = await readyAndBooked(lab);
      switchOn(lab, { kind: 'session-expired' }, { practice, operation, times: 1 });
      if (operation === 'READ') {
        const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
        expect(seen).toHaveLength(1);
      } else if (operation === 'CANCEL') {
        const outcome = await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
        expect(outcome).toEqual({ class: 'ACCEPTED' });
        expect(standing(lab, patient)).toEqual([]);
      } else {
        const other = newPatient(lab, practice);
        const from = hoursAfter(NOON, 5);
        lab.simulators.diary.deskFrees(practice, from, hoursAfter(from, 1));
        const [free] = await search(lab, { patient: other, practice, from, to: hoursAfter(from, 1) });
        if (!free) throw new Error('The book is full.');
        const outcome = await lab.system.book(bookCommand(lab, free, other), callWithin(lab));
        expect(outcome).toMatchObject({ class: 'ACCEPTED' });
        expect(standing(lab, other)).toHaveLength(1);
      }
    },
  })),
  {
    level: 'L3',
    id: 'throttle.honoured',
    title: 'sends nothing until a Retry-After has passed, and then goes on',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      switchOn(
        lab,
        { kind: 'throttled', retryAfterSeconds: 60 },
        { practice, operation: 'SEARCH', times: 1 },
      );
      const look = () => search(lab, { patient, practice, from: slot.startsAt, to: slot.endsAt });
      await expect(look()).rejects.toMatchObject({ fault: 'THROTTLED', retryAfterMs: 60_000 });
      const before = requests(lab);
      lab.timers.advance(59_999);
      await expect(look()).rejects.toMatchObject({ fault: 'THROTTLED', mayHaveBeenSent: false });
      expect(await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab))).toMatchObject({
        class: 'THROTTLED',
      });
      expect(requests(lab)).toBe(before);
      lab.timers.advance(1);
      expect((await look()).map(({ id }) => id)).toContain(slot.id);
    },
  },
  {
    level: 'L3',
    id: 'breaker.per-practice',
    title: 'stops calling a practice that keeps failing, goes on with the others, and tries it again later',
    async run({ manifest, wire }) {
      const breaker = { consecutiveFailures: 6, halfOpenAfterMs: 5_000 };
      const lab = await laboratory(supplierNamed(manifest.id).manifest.id, { breaker });
      try {
        const [failing, other] = [await ready(lab), await ready(lab)];
        const look = ({ practice, patient, slot }: typeof failing) =>
          search(lab, { patient, practice, from: slot.startsAt, to: slot.endsAt });
        const fault = { kind: 'server-error', status: 503, afterCommit: false } as const;
        switchOn(lab, fault, { practice: failing.practice });
        for (let failure = 1; failure <= 3; failure++)
          await expect(look(failing)).rejects.toMatchObject({ fault: 'SERVER_ERROR' });
        const before = requests(lab);
        lab.timers.advance(4_999);
        await expect(look(failing)).rejects.toMatchObject({ fault: 'CIRCUIT_OPEN', mayHaveBeenSent: false });
        expect(requests(lab)).toBe(before);
        expect((await look(other)).length).toBeGreaterThan(0);
        lab.simulators.faults.clear();
        lab.timers.advance(1);
        expect((await look(failing)).length).toBeGreaterThan(0);
      } finally {
        wire.push(...lab.wire);
        await lab.close();
      }
    },
  },
  {
    level: 'L3',
    id: 'clock.skew',
    title: 'finds, books, reads back and cancels with a clock that is two minutes fast or slow',
    async run(lab) {
      for (const skewMs of [-120_000, 120_000]) {
        lab.clock.skewMs = skewMs;
        const { patient, slot, command, appointment } = await readyAndBooked(lab);
        if (lab.manifest.capabilities.readBack !== 'none') {
          const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
          expect(seen).toMatchObject([{ slotId: slot.id }]);
        }
        if (lab.manifest.capabilities.cancel)
          expect(await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab))).toEqual(
            {
              class: 'ACCEPTED',
            },
          );
      }
    },
  },
  {
    level: 'L3',
    id: 'errors.one-kind',
    title: 'throws one kind of error only, without the supplier’s words',
    async run(lab) {
      const practice = newPractice(lab);
      const patient = newPatient(lab, practice);
      switchOn(lab, { kind: 'html-200' }, { practice });
      const found = search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) });
      await expect(found).rejects.toMatchObject({ name: 'SupplierError' });
      await found.catch((error: unknown) => {
        expect(String(error) + JSON.stringify(error)).not.toMatch(/Maintenance|Back soon|html/);
      });
      expect(await lab.system.health({ ...callWithin(lab), signal: AbortSignal.abort() })).toEqual({
        status: 'DOWN',
      });
      expect(ACTOR.id).not.toBe('');
    },
  },
];
