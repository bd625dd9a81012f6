import type { SupplierFault } from '../gp-system';
import type { Fault } from '../simulator/faults';
import {
  ACTOR,
  bookCommand,
  callWithin,
  freeSlot,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  search,
} from './laboratory';

/** What search throws under each fault; a booking is AMBIGUOUS under all of them, but for a declared 429. */
const FAULTS: readonly (readonly [name: string, fault: Fault, search: SupplierFault])[] = [
  ['answers 429 with Retry-After', { kind: 'throttled', retryAfterSeconds: 7 }, 'THROTTLED'],
  ['answers 429 without Retry-After', { kind: 'throttled' }, 'THROTTLED'],
  ['answers 500 and does nothing', { kind: 'server-error', status: 500, afterCommit: false }, 'SERVER_ERROR'],
  ['answers 500 and has done it', { kind: 'server-error', status: 500, afterCommit: true }, 'SERVER_ERROR'],
  ['answers 503', { kind: 'server-error', status: 503, afterCommit: false }, 'SERVER_ERROR'],
  ['answers 502 and has done it', { kind: 'server-error', status: 502, afterCommit: true }, 'SERVER_ERROR'],
  ['answers half a reply', { kind: 'malformed' }, 'BAD_REPLY'],
  ['answers a web page with 200', { kind: 'html-200' }, 'BAD_REPLY'],
  ['cuts its reply short', { kind: 'truncated' }, 'BAD_REPLY'],
  ['resets the connection and does nothing', { kind: 'reset-before-commit' }, 'UNREACHABLE'],
  ['resets the connection and has done it', { kind: 'reset-after-commit' }, 'UNREACHABLE'],
  ['answers one byte at a time', { kind: 'slow-drip' }, 'TIMED_OUT'],
  ['answers after the deadline', { kind: 'slow', ms: 800 }, 'TIMED_OUT'],
];
const IN_TIME = 400;

export function describeFaults(inLab: () => Laboratory): void {
  describe.each(FAULTS)('when the supplier %s', (_, fault, expected) => {
    afterEach(() => {
      inLab().simulators.faults.clear();
    });

    it('fails a search, never empties it', async () => {
      const { lab, patient, practice } = await ready(inLab());
      lab.simulators.faults.add({ supplier: lab.system.manifest.id, practice, operation: 'SEARCH', fault });
      const found = search(lab, patient, practice, NOON, hoursAfter(NOON, 6), callWithin(IN_TIME));
      await expect(found).rejects.toMatchObject({ name: 'SupplierError', fault: expected });
    });

    it('does not guess what became of a booking', async () => {
      const { lab, patient, practice, slot } = await ready(inLab());
      lab.simulators.faults.add({
        supplier: lab.system.manifest.id,
        practice,
        operation: 'BOOK',
        times: 1,
        fault,
      });
      const startedAt = performance.now();
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(IN_TIME));
      const isKnown = expected === 'THROTTLED' && lab.system.manifest.throttle === '429NotExecuted';
      expect(outcome.class).toBe(isKnown ? 'THROTTLED' : 'AMBIGUOUS');
      expect(performance.now() - startedAt).toBeLessThan(IN_TIME + 300);
    });

    it('fails a read-back, which proves no absence', async () => {
      const { lab, patient, practice, slot } = await ready(inLab());
      await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      lab.simulators.faults.add({ supplier: lab.system.manifest.id, practice, operation: 'READ', fault });
      const probe = { practice, patient, actor: ACTOR, slot, marker: 'none' };
      await expect(lab.system.readBack(probe, callWithin(IN_TIME))).rejects.toMatchObject({
        fault: expected,
      });
    });
  });

  describe('when the outcome of a booking is unknown', () => {
    it('finds by read-back what was booked', async () => {
      const { lab, patient, practice, slot } = await ready(inLab());
      const order = { supplier: lab.system.manifest.id, practice, operation: 'BOOK', times: 1 } as const;
      lab.simulators.faults.add({ ...order, fault: { kind: 'reset-after-commit' } });
      const command = bookCommand(slot, patient);
      expect(await lab.system.book(command, callWithin(5_000))).toMatchObject({ class: 'AMBIGUOUS' });
      const probe = { practice, patient, actor: ACTOR, slot, marker: command.marker };
      const seen = await lab.system.readBack(probe, callWithin(5_000));
      expect(seen).toMatchObject([{ slotId: slot.id, status: 'BOOKED' }]);
      expect(lab.simulators.diary.appointments({ practice })).toHaveLength(1);
    });

    it('finds by read-back that nothing was booked', async () => {
      const { lab, patient, practice, slot } = await ready(inLab());
      const order = { supplier: lab.system.manifest.id, practice, operation: 'BOOK', times: 1 } as const;
      lab.simulators.faults.add({ ...order, fault: { kind: 'reset-before-commit' } });
      const command = bookCommand(slot, patient);
      expect(await lab.system.book(command, callWithin(5_000))).toMatchObject({ class: 'AMBIGUOUS' });
      const probe = { practice, patient, actor: ACTOR, slot, marker: command.marker };
      expect(await lab.system.readBack(probe, callWithin(5_000))).toEqual([]);
    });
  });

  describe('when the supplier is down', () => {
    it('fails a search and sends no booking', async () => {
      const { lab, patient, practice, slot } = await ready(inLab());
      const { id } = lab.system.manifest;
      await lab.simulators.down(id);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const found = search(lab, patient, practice, NOON, hoursAfter(NOON, 6));
      await expect(found).rejects.toMatchObject({ fault: 'UNREACHABLE' });
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(1_000));
      expect(outcome).toMatchObject({
        class: 'NOT_SENT',
        error: { fault: 'UNREACHABLE', mayHaveBeenSent: false },
      });
      await lab.simulators.up(id);
      expect(await lab.system.book(bookCommand(slot, patient), callWithin(5_000))).toMatchObject({
        class: 'ACCEPTED',
      });
    });
  });
}

async function ready(lab: Laboratory) {
  const practice = newPractice();
  const patient = newPatient(lab, practice);
  return { lab, practice, patient, slot: await freeSlot(lab, patient, practice) };
}
