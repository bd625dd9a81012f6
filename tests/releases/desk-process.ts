import { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import type { ReleaseChange } from '../../domain/release-change';
import type { ReleaseApplied, ReleaseNote } from '../../domain/release-ledger';
import type { ReleasePolicy } from '../../domain/release-policy';
import { openReleaseLedger } from '../../subgraphs/appointments';

/** A practice's desk in a process of its own, as the practices subgraph has it: changes rules as its parent says. */
export interface DeskOrder {
  number: number;
  practice: OdsCode;
  change: ReleaseChange;
  note: ReleaseNote;
}

/** Undefined: it is ready for the first. */
export interface DeskAnswer {
  number?: number;
  applied?: ReleaseApplied;
}

const Settings = z.object({
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('embedded'), file: z.string() }),
    z.object({ kind: z.literal('postgres'), url: z.string() }),
  ]),
  defaultPolicy: z.custom<ReleasePolicy>(),
});

async function main(): Promise<void> {
  const { database, defaultPolicy } = Settings.parse(JSON.parse(process.env.DESK ?? ''));
  const { releases } = await openReleaseLedger(database, () => defaultPolicy);
  const answer = (message: DeskAnswer) => process.send?.(message);
  process.on('message', ({ number, practice, change, note }: DeskOrder) => {
    void releases.change(practice, change, note).then((applied) => answer({ number, applied }));
  });
  process.once('disconnect', () => process.exit());
  answer({});
}

void main();
