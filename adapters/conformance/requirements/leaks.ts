import { expect } from 'expect';
import { eventually } from '../../../domain/eventually';
import {
  bookCommand,
  callWithin,
  cancelCommand,
  hoursAfter,
  newPatient,
  newPractice,
  NOON,
  probe,
  search,
  settle,
  standing,
  switchOn,
  untilTimeIsUp,
} from '../laboratory';
import type { Fault } from '../../simulator/injected-faults';
import type { Requirement } from '../requirement';

const FAULTS: readonly Fault[] = [
  { kind: 'reset-after-commit' },
  { kind: 'reset-before-commit' },
  { kind: 'server-error', status: 500, afterCommit: true },
  { kind: 'malformed' },
];

export const leakRequirements: readonly Requirement[] = [
  {
    level: 'L4',
    id: 'leak.appointments',
    title:
      'leaves no appointment standing once everything booked under random faults has been settled and cancelled',
    notFor: ({ capabilities }) =>
      capabilities.cancel && capabilities.readBack !== 'none'
        ? null
        : 'what is in doubt can be neither settled nor undone',
    async run(lab) {
      const practice = newPractice(lab);
      const [from, to] = [hoursAfter(NOON, 2), hoursAfter(NOON, 6)];
      lab.simulators.diary.deskFrees(practice, from, to);
      for (let round = 0; round < 12; round++) {
        const patient = newPatient(lab, practice);
        const found = await search(lab, { patient, practice, from, to });
        const slot = found[Math.floor(lab.random() * found.length)];
        if (!slot) throw new Error('The book is full.');
        const fault = FAULTS[Math.floor(lab.random() * FAULTS.length * 2)];
        if (fault) switchOn(lab, fault, { practice, operation: 'BOOK', times: 1 });
        const command = bookCommand(lab, slot, patient);
        const outcome = await lab.system.book(command, callWithin(lab));
        lab.simulators.faults.clear();
        await settle(lab);
        const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
        // What was accepted is there; what is there was accepted or in doubt.
        if (outcome.class === 'ACCEPTED') expect(seen).toHaveLength(1);
        else if (seen.length > 0) expect(outcome.class).toBe('AMBIGUOUS');
        for (const appointment of seen)
          expect(await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab))).toEqual(
            {
              class: 'ACCEPTED',
            },
          );
      }
      expect(standing(lab, { practice })).toEqual([]);
    },
  },
  {
    level: 'L4',
    id: 'leak.connections',
    title: 'leaves no connection open after calls that ended, failed or were abandoned',
    async run(lab) {
      const practice = newPractice(lab);
      const patient = newPatient(lab, practice);
      const look = (call = callWithin(lab)) =>
        search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) }, call);
      await Promise.all(Array.from({ length: 8 }, () => look()));
      for (const fault of [{ kind: 'slow-drip' }, { kind: 'slow', ms: 600_000 }] as const) {
        switchOn(lab, fault, { practice });
        const given = await untilTimeIsUp(lab, (call) =>
          Promise.allSettled(Array.from({ length: 4 }, () => look(call))),
        );
        expect(given.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
        lab.simulators.faults.clear();
      }
      // A kept connection is idle for some seconds before it is closed.
      const isClosed = async () => (await lab.simulators.connections(lab.manifest.id)) === 0;
      await eventually('every connection is closed', isClosed, 30_000);
    },
  },
];
