import { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import type { ReleaseChange } from '../../domain/release-change';
import type { ReleaseApplied, ReleaseNote } from '../../domain/release-ledger';
import type { ReleasePolicy } from '../../domain/release-policy';
import { openReleaseLedger } from '../../subgraphs/appointments';
import { unlimitedTimers } from '../test-clock';

/** A practice's desk in a process of its own, as the practices subgraph has it: changes rules as its parent says. */
export interface DeskOrder {
  number: number;
  practice: OdsCode;
  change: ReleaseChange;
  note: ReleaseNote;
}

export type DeskMessage =
  | { kind: 'ready' }
  /** The first change of this practice's rules has locked them, and goes on. */
  | { kind: 'locked'; practice: string }
  | { kind: 'applied'; number: number; applied: ReleaseApplied };

const Settings = z.object({
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('embedded'), file: z.string(), waitMs: z.number() }),
    z.object({ kind: z.literal('postgres'), url: z.string(), waitMs: z.number() }),
  ]),
  defaultPolicy: z.custom<ReleasePolicy>(),
});

async function main(): Promise<void> {
  const { database, defaultPolicy } = Settings.parse(JSON.parse(process.env.DESK ?? ''));
  const tell = (message: DeskMessage) => process.send?.(message);
  // The default rules are read once the practice's row is locked.
  const defaultPolicyOf = (practice: string) => {
    tell({ kind: 'locked', practice });
    return defaultPolicy;
  };
  const { releases } = await openReleaseLedger(database, defaultPolicyOf, unlimitedTimers);
  process.on('message', ({ number, practice, change, note }: DeskOrder) => {
    void releases
      .change(practice, change, note)
      .then((applied) => tell({ kind: 'applied', number, applied }));
  });
  process.once('disconnect', () => process.exit());
  tell({ kind: 'ready' });
}

void main();
