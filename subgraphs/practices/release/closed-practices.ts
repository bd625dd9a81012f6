import { OdsCode } from '../../../domain/ods-code';
import type { ReleaseLedger, ReleaseNote } from '../../../domain/release-ledger';
import type { Directory } from '../directory/directory';

/** Not a person's doing: the directory's. */
const NOTE: ReleaseNote = {
  actor: { kind: 'system', id: null, role: null, practice: null },
  requestId: 'directory',
  reason: 'The practice is not in the NHS directory any more.',
};

type Releases = Pick<ReleaseLedger, 'policy' | 'change' | 'openPractices'>;

/**
 * Closes the books of practices that the directory has no more, so that offers already shown cannot be booked. What is
 * booked stands, for the practice and an operator to settle. A practice that comes back reopens its book itself.
 * @param before null when the process has just started.
 */
export async function closeBooksOfClosed(
  before: Directory | null,
  now: Directory,
  releases: Releases,
): Promise<void> {
  const known = [...(await releases.openPractices()), ...(before?.odsCodes() ?? [])];
  const gone = [...new Set(known)].filter((odsCode) => now.practice(odsCode) === undefined);
  const policies = await Promise.all(gone.map((odsCode) => releases.policy(odsCode)));
  for (const [at, odsCode] of gone.entries())
    if (policies[at]?.status === 'OPEN')
      await releases.change(OdsCode.parse(odsCode), { kind: 'CLOSE', to: 'EVERYBODY' }, NOTE);
}
