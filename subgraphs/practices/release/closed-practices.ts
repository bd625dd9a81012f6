import { OdsCode } from '../../../domain/ods-code';
import type { ReleaseEvent, ReleaseLedger, ReleaseNote } from '../../../domain/release-ledger';
import type { Directory } from '../directory/directory';

/** Not a person's doing: the directory's. */
const note = (reason: string): ReleaseNote => ({
  actor: { kind: 'system', id: null, role: null, practice: null },
  requestId: 'directory',
  reason,
});
const LEFT = note('The practice is not in the NHS directory any more.');
const BACK = note('The practice is in the NHS directory again.');

type Releases = Pick<ReleaseLedger, 'policy' | 'change' | 'history' | 'openPractices' | 'closedBySystem'>;

/**
 * Makes books follow the directory. Those of practices that have left are closed, so that offers already shown cannot
 * be booked; what is booked stands, for the practice and an operator to settle. A practice that is back has its book as
 * it was, unless its staff have closed it themselves meanwhile.
 * @param before null when the process has just started.
 */
export async function followDirectory(
  before: Directory | null,
  now: Directory,
  releases: Releases,
): Promise<void> {
  await closeBooksOfLeft(before, now, releases);
  for (const odsCode of await releases.closedBySystem()) {
    if (now.practice(odsCode) === undefined) continue;
    const isOurs = wasClosedByDirectory(await releases.history(odsCode, MAX_EVENTS));
    if (isOurs) await releases.change(odsCode, { kind: 'REOPEN' }, BACK);
  }
}

async function closeBooksOfLeft(before: Directory | null, now: Directory, releases: Releases): Promise<void> {
  const known = [...(await releases.openPractices()), ...(before?.odsCodes() ?? []), ...now.formerCodes()];
  const gone = [...new Set(known)].filter((odsCode) => now.practice(odsCode) === undefined);
  const policies = await Promise.all(gone.map((odsCode) => releases.policy(odsCode)));
  for (const [at, odsCode] of gone.entries())
    if (policies[at]?.status === 'OPEN')
      await releases.change(OdsCode.parse(odsCode), { kind: 'CLOSE', to: 'EVERYBODY' }, LEFT);
}

/** Entries that are looked through; where more were added since, the practice reopens its book itself. */
const MAX_EVENTS = 1_000;

/**
 * Tells whether the directory was the last to want the whole book closed: staff who close it again are heard, too. Closures
 * with dates stand beside that.
 */
function wasClosedByDirectory(latestFirst: readonly ReleaseEvent[]): boolean {
  const last = latestFirst.find(
    ({ action, outcome, before, after }) =>
      (action === 'CLOSE' || action === 'REOPEN') &&
      outcome !== 'REFUSED' &&
      (outcome !== 'DONE' || before?.status !== after?.status || before?.closedTo !== after?.closedTo),
  );
  return last?.action === 'CLOSE' && last.actor.kind === 'system' && last.requestId === LEFT.requestId;
}
