import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { OdsCode } from '../../domain/ods-code';
import type { ReleaseApplied, ReleaseLedger } from '../../domain/release-ledger';
import { releaseLedger } from '../../subgraphs/appointments/releases/stored-releases';
import type { DatabaseSettings } from '../../platform/database/database';
import { OPEN_BOOK, LONG_WAIT_MS, type BookingLaboratory } from '../booking-laboratory';
import { unlimitedTimers } from '../test-clock';
import { PROGRAM_ENV, typescriptProgram } from '../typescript-process';
import type { DeskMessage, DeskOrder } from './desk-process';

export interface Desk extends Pick<ReleaseLedger, 'change'> {
  /** Calls back when the first change of the practice's rules has locked them; the change goes on meanwhile. */
  whenLocked(practice: OdsCode, callback: () => void): void;
  close(): Promise<void>;
}

/** Changes rules on the laboratory's own connection. */
export function deskInThisProcess({ database }: BookingLaboratory): Desk {
  const locked = new Map<string, () => void>();
  // The default rules are read once the practice's row is locked.
  const defaultPolicyOf = (practice: string) => {
    locked.get(practice)?.();
    return OPEN_BOOK;
  };
  const { change } = releaseLedger(database, defaultPolicyOf, unlimitedTimers);
  return {
    change,
    whenLocked: (practice, callback) => void locked.set(practice, callback),
    close: () => Promise.resolve(),
  };
}

/** Changes rules on the ledger from another process, and resolves when that process has its answer. */
export async function deskInAProcessOfItsOwn(database: DatabaseSettings): Promise<Desk> {
  const settings = { database: { waitMs: LONG_WAIT_MS, ...database }, defaultPolicy: OPEN_BOOK };
  const child = fork(await typescriptProgram('tests/releases/desk-process.ts'), {
    env: { ...PROGRAM_ENV, DESK: JSON.stringify(settings) },
    execArgv: [],
    serialization: 'advanced',
  });
  const locked = new Map<string, () => void>();
  const waiting = new Map<number, (applied: ReleaseApplied) => void>();
  await new Promise<void>((ready) => {
    child.on('message', (message: DeskMessage) => {
      switch (message.kind) {
        case 'ready':
          ready();
          break;
        case 'locked':
          locked.get(message.practice)?.();
          break;
        case 'applied':
          waiting.get(message.number)?.(message.applied);
          waiting.delete(message.number);
      }
    });
  });
  let number = 0;
  return {
    change(practice, change, note) {
      const order: DeskOrder = { number: ++number, practice, change, note };
      const answered = new Promise<ReleaseApplied>((resolve) => waiting.set(order.number, resolve));
      child.send(order);
      return answered;
    },
    whenLocked: (practice, callback) => void locked.set(practice, callback),
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
