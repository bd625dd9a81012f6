import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'expect';
import type { SupplierFault } from '../../gp-system';
import type { Fault } from '../../simulator/faults';
import {
  ACTOR,
  bookCommand,
  callWithin,
  cancelCommand,
  hoursAfter,
  laboratory,
  newPatient,
  newPractice,
  NOON,
  probe,
  readyAndBooked,
  ready,
  requests,
  search,
  standing,
  switchOn,
} from '../laboratory';
import { supplierNamed } from '../../registry';
import type { Requirement } from '../requirement';

interface Trouble {
  id: string;
  title: string;
  fault: Fault;
  /** What searching and reading throw. Commands are AMBIGUOUS under all of them, but for a declared 429. */
  thrown: SupplierFault;
  /** Whether a booking stands afterwards. */
  isDone: boolean;
  /** How long the call may take; only for what never answers. */
  withinMs?: number;
}

const SHORT = 700;

const TROUBLES: readonly Trouble[] = [
  { id: '429', title: 'it answers 429', fault: { kind: 'throttled' }, thrown: 'THROTTLED', isDone: false },
  {
    id: '408-after',
    title: 'a proxy answers 408 and it has done it',
    fault: { kind: 'server-error', status: 408, afterCommit: true },
    thrown: 'TIMED_OUT',
    isDone: true,
  },
  {
    id: '500-before',
    title: 'it answers 500 and has done nothing',
    fault: { kind: 'server-error', status: 500, afterCommit: false },
    thrown: 'SERVER_ERROR',
    isDone: false,
  },
  {
    id: '500-after',
    title: 'it answers 500 and has done it',
    fault: { kind: 'server-error', status: 500, afterCommit: true },
    thrown: 'SERVER_ERROR',
    isDone: true,
  },
  {
    id: '502-after',
    title: 'a proxy answers 502 and it has done it',
    fault: { kind: 'server-error', status: 502, afterCommit: true },
    thrown: 'SERVER_ERROR',
    isDone: true,
  },
  {
    id: '503-before',
    title: 'it answers 503 and has done nothing',
    fault: { kind: 'server-error', status: 503, afterCommit: false },
    thrown: 'SERVER_ERROR',
    isDone: false,
  },
  {
    id: '504-after',
    title: 'a proxy answers 504 and it has done it',
    fault: { kind: 'server-error', status: 504, afterCommit: true },
    thrown: 'SERVER_ERROR',
    isDone: true,
  },
  {
    id: 'half',
    title: 'it answers half a reply',
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
    title: 'it answers with a document type full of entities',
    fault: { kind: 'entity-bomb' },
    thrown: 'BAD_REPLY',
    isDone: true,
  },
  {
    id: 'cut',
    title: 'its reply is cut short',
    fault: { kind: 'truncated' },
    thrown: 'BAD_REPLY',
    isDone: true,
  },
  {
    id: 'reset-before',
    title: 'the connection is reset and it has done nothing',
    fault: { kind: 'reset-before-commit' },
    thrown: 'UNREACHABLE',
    isDone: false,
  },
  {
    id: 'reset-after',
    title: 'the connection is reset and it has done it',
    fault: { kind: 'reset-after-commit' },
    thrown: 'UNREACHABLE',
    isDone: true,
  },
  {
    id: 'drip',
    title: 'it answers one byte at a time',
    fault: { kind: 'slow-drip' },
    thrown: 'TIMED_OUT',
    isDone: true,
    withinMs: SHORT,
  },
  {
    id: 'late',
    title: 'it answers after the deadline',
    fault: { kind: 'slow', ms: 4 * SHORT },
    thrown: 'TIMED_OUT',
    isDone: false,
    withinMs: SHORT,
  },
];

function underTrouble({ id, title, fault, thrown, isDone, withinMs }: Trouble): Requirement[] {
  const call = () => callWithin(withinMs);
  return [
    {
      level: 'L3',
      id: `fault.${id}.search`,
      title: `fails a search, never empties it, when ${title}`,
      async run(lab) {
        const { practice, patient } = await ready(lab);
        switchOn(lab, fault, { practice, operation: 'SEARCH' });
        const found = search(lab, patient, practice, NOON, hoursAfter(NOON, 6), call());
        await expect(found).rejects.toMatchObject({ name: 'SupplierError', fault: thrown });
      },
    },
    {
      level: 'L3',
      id: `fault.${id}.book`,
      title: `sends a booking once and does not guess what became of it when ${title}`,
      async run(lab) {
        const { practice, patient, slot } = await ready(lab);
        switchOn(lab, fault, { practice, operation: 'BOOK', times: 1 });
        const command = bookCommand(slot, patient);
        const outcome = await lab.system.book(command, call());
        const isKnown = thrown === 'THROTTLED' && lab.manifest.throttle === '429NotExecuted';
        expect(outcome.class).toBe(isKnown ? 'THROTTLED' : 'AMBIGUOUS');
        expect(requests(lab, 'BOOK')).toBe(1);
        expect(standing(lab, { practice })).toHaveLength(isDone ? 1 : 0);
        if (lab.manifest.capabilities.readBack === 'none') return;
        const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin());
        expect(seen.map(({ slotId }) => slotId)).toEqual(isDone ? [slot.id] : []);
      },
    },
    {
      level: 'L3',
      id: `fault.${id}.read-back`,
      title: `fails a read-back, which proves no absence, when ${title}`,
      notFor: ({ capabilities }) => (capabilities.readBack === 'none' ? 'nothing can be read back' : null),
      async run(lab) {
        const { practice, patient, slot, command } = await readyAndBooked(lab);
        switchOn(lab, fault, { practice, operation: 'READ' });
        const reading = lab.system.readBack(probe(slot, patient, command.marker), call());
        await expect(reading).rejects.toMatchObject({ fault: thrown });
      },
    },
    {
      level: 'L3',
      id: `fault.${id}.cancel`,
      title: `does not guess what became of a cancellation, and settles it when asked again, when ${title}`,
      notFor: ({ capabilities }) => (capabilities.cancel ? null : 'nothing can be cancelled'),
      async run(lab) {
        const { practice, patient, slot, appointment } = await readyAndBooked(lab);
        switchOn(lab, fault, { practice, operation: 'CANCEL', times: 1 });
        const command = cancelCommand(slot, patient, appointment);
        const outcome = await lab.system.cancel(command, call());
        const isKnown = thrown === 'THROTTLED' && lab.manifest.throttle === '429NotExecuted';
        expect(outcome.class).toBe(isKnown ? 'THROTTLED' : 'AMBIGUOUS');
        expect(requests(lab, 'CANCEL')).toBe(1);
        expect(standing(lab, patient)).toHaveLength(isDone ? 0 : 1);
        expect(await lab.system.cancel(command, callWithin())).toEqual({ class: 'ACCEPTED' });
        expect(standing(lab, patient)).toEqual([]);
      },
    },
  ];
}

export const faultRequirements: readonly Requirement[] = [
  ...TROUBLES.flatMap(underTrouble),
  {
    level: 'L3',
    id: 'fault.late-delivery',
    title: 'lets read-back see a booking that was executed after we had given up',
    notFor: ({ capabilities }) => (capabilities.readBack === 'none' ? 'nothing can be read back' : null),
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      switchOn(lab, { kind: 'slow', ms: 2 * SHORT }, { practice, operation: 'BOOK', times: 1 });
      const command = bookCommand(slot, patient);
      expect(await lab.system.book(command, callWithin(SHORT))).toMatchObject({ class: 'AMBIGUOUS' });
      const read = async () =>
        (await lab.system.readBack(probe(slot, patient, command.marker), callWithin())).map(
          ({ slotId }) => slotId,
        );
      for (let tries = 0; tries < 50 && (await read()).length === 0; tries++) await pause(100);
      expect(await read()).toEqual([slot.id]);
      expect(standing(lab, { practice })).toHaveLength(1);
    },
  },
  {
    level: 'L3',
    id: 'fault.unreachable',
    title: 'sends nothing, and says so, while its supplier is down',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      await lab.simulators.down(lab.manifest.id);
      const found = search(lab, patient, practice, NOON, hoursAfter(NOON, 6));
      await expect(found).rejects.toMatchObject({ fault: 'UNREACHABLE' });
      expect(await lab.system.book(bookCommand(slot, patient), callWithin())).toMatchObject({
        class: 'NOT_SENT',
        error: { fault: 'UNREACHABLE', mayHaveBeenSent: false },
      });
      await lab.simulators.up(lab.manifest.id);
      expect(await lab.system.book(bookCommand(slot, patient), callWithin())).toMatchObject({
        class: 'ACCEPTED',
      });
    },
  },
  ...(['BOOK', 'CANCEL', 'READ'] as const).map((operation): Requirement => ({
    level: 'L3',
    id: `session.ends-at.${operation.toLowerCase()}`,
    title: `renews a session that ends just before ${{ BOOK: 'a booking', CANCEL: 'a cancellation', READ: 'a read-back' }[operation]}, which then happens once`,
    notFor({ sessionTtlMs, capabilities }) {
      if (sessionTtlMs === undefined) return 'no log-on and no token is kept';
      if (operation === 'CANCEL' && !capabilities.cancel) return 'nothing can be cancelled';
      return operation === 'READ' && capabilities.readBack === 'none' ? 'nothing can be read back' : null;
    },
    async run(lab) {
      const { practice, patient, slot, command, appointment } = await readyAndBooked(lab);
      switchOn(lab, { kind: 'session-expired' }, { practice, operation, times: 1 });
      if (operation === 'READ') {
        const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin());
        expect(seen).toHaveLength(1);
      } else if (operation === 'CANCEL') {
        const outcome = await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin());
        expect(outcome).toEqual({ class: 'ACCEPTED' });
        expect(standing(lab, patient)).toEqual([]);
      } else {
        const other = newPatient(lab, practice);
        const from = hoursAfter(NOON, 5);
        lab.simulators.diary.deskFrees(practice, from, hoursAfter(from, 1));
        const [free] = await search(lab, other, practice, from, hoursAfter(from, 1));
        if (!free) throw new Error('The book is full.');
        const outcome = await lab.system.book(bookCommand(free, other), callWithin());
        expect(outcome).toMatchObject({ class: 'ACCEPTED' });
        expect(standing(lab, other)).toHaveLength(1);
      }
    },
  })),
  {
    level: 'L3',
    id: 'throttle.honoured',
    title: 'asks nothing more until a Retry-After has passed, and then goes on',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      switchOn(lab, { kind: 'throttled', retryAfterSeconds: 1 }, { practice, operation: 'SEARCH', times: 1 });
      const look = () => search(lab, patient, practice, slot.startsAt, slot.endsAt);
      await expect(look()).rejects.toMatchObject({ fault: 'THROTTLED', retryAfterMs: 1_000 });
      const before = requests(lab);
      await expect(look()).rejects.toMatchObject({ fault: 'THROTTLED', mayHaveBeenSent: false });
      expect(await lab.system.book(bookCommand(slot, patient), callWithin())).toMatchObject({
        class: 'THROTTLED',
      });
      expect(requests(lab)).toBe(before);
      await pause(1_050);
      expect((await look()).map(({ id }) => id)).toContain(slot.id);
    },
  },
  {
    level: 'L3',
    id: 'breaker.per-practice',
    title: 'stops asking a practice that keeps failing, goes on with the others, and tries it again later',
    async run({ manifest }) {
      const breaker = { consecutiveFailures: 6, halfOpenAfterMs: 300 };
      const lab = await laboratory(supplierNamed(manifest.id).manifest.id, { breaker });
      try {
        const [failing, other] = [await ready(lab), await ready(lab)];
        const look = ({ practice, patient, slot }: typeof failing) =>
          search(lab, patient, practice, slot.startsAt, slot.endsAt);
        const fault = { kind: 'server-error', status: 503, afterCommit: false } as const;
        switchOn(lab, fault, { practice: failing.practice });
        for (let failure = 1; failure <= 3; failure++)
          await expect(look(failing)).rejects.toMatchObject({ fault: 'SERVER_ERROR' });
        const before = requests(lab);
        await expect(look(failing)).rejects.toMatchObject({ fault: 'CIRCUIT_OPEN', mayHaveBeenSent: false });
        expect(requests(lab)).toBe(before);
        expect((await look(other)).length).toBeGreaterThan(0);
        lab.simulators.faults.clear();
        await pause(350);
        expect((await look(failing)).length).toBeGreaterThan(0);
      } finally {
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
          const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin());
          expect(seen).toMatchObject([{ slotId: slot.id }]);
        }
        if (lab.manifest.capabilities.cancel)
          expect(await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin())).toEqual({
            class: 'ACCEPTED',
          });
      }
    },
  },
  {
    level: 'L3',
    id: 'errors.one-kind',
    title: 'throws one kind of error only, without the supplier’s words',
    async run(lab) {
      const practice = newPractice();
      const patient = newPatient(lab, practice);
      switchOn(lab, { kind: 'html-200' }, { practice });
      const found = search(lab, patient, practice, NOON, hoursAfter(NOON, 6));
      await expect(found).rejects.toMatchObject({ name: 'SupplierError' });
      await found.catch((error: unknown) => {
        expect(String(error) + JSON.stringify(error)).not.toMatch(/Maintenance|Back soon|html/);
      });
      expect(await lab.system.health({ ...callWithin(), signal: AbortSignal.abort() })).toEqual({
        status: 'DOWN',
      });
      expect(ACTOR.id).not.toBe('');
    },
  },
];
