import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ReleaseLedger } from '../../domain/release-ledger';
import type { DatabaseSettings } from '../../subgraphs/database';
import { OPEN_BOOK } from '../booking-laboratory';
import { PROGRAM_ENV, typescriptProgram } from '../typescript-process';
import type { DeskAnswer, DeskOrder } from './desk-process';

export interface Desk extends Pick<ReleaseLedger, 'change'> {
  close(): Promise<void>;
}

/** Changes rules on the ledger from another process, and answers when that process has been answered. */
export async function deskInAProcessOfItsOwn(database: DatabaseSettings): Promise<Desk> {
  const child = fork(await typescriptProgram('tests/releases/desk-process.ts'), {
    env: { ...PROGRAM_ENV, DESK: JSON.stringify({ database, defaultPolicy: OPEN_BOOK }) },
    execArgv: [],
    serialization: 'advanced',
  });
  await once(child, 'message');
  const waiting = new Map<number | undefined, (answer: DeskAnswer) => void>();
  child.on('message', (answer: DeskAnswer) => waiting.get(answer.number)?.(answer));
  let number = 0;
  return {
    async change(practice, change, note) {
      const order: DeskOrder = { number: ++number, practice, change, note };
      const answered = new Promise<DeskAnswer>((resolve) => waiting.set(order.number, resolve));
      child.send(order);
      const { applied } = await answered;
      waiting.delete(order.number);
      if (applied === undefined) throw new Error('The desk answers each order with what was applied.');
      return applied;
    },
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
