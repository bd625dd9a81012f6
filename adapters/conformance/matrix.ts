import { type Certificate, OUTCOMES, type Result, tally } from './certificate';
import { LEVELS } from './requirement';

const HEADINGS = {
  PASSED: 'passed',
  FAILED: 'failed',
  NOT_APPLICABLE: 'not applicable',
  BYPASSED: 'bypassed',
};

/** A certificate as a terminal shows it: how many of each level, what was waived, and why the lowest level fails. */
export function matrix({ supplier, adapterVersion, level, seed, results }: Certificate): string {
  const counts = tally(results);
  const columns = OUTCOMES.map((outcome) => HEADINGS[outcome].padStart(16)).join('');
  const rows = LEVELS.map(
    (one) => `  ${one}  ${OUTCOMES.map((outcome) => String(counts[one][outcome]).padStart(16)).join('')}`,
  );
  const failed = results.filter(({ outcome }) => outcome === 'FAILED');
  const lowest = LEVELS.find((one) => failed.some((result) => result.level === one));
  const first = failed.filter((result) => result.level === lowest);
  const waived = results.filter(({ outcome }) => outcome !== 'PASSED' && outcome !== 'FAILED');
  return [
    `${supplier} ${adapterVersion}: ${level ?? 'no level'} (seed ${seed})`,
    `      ${columns}`,
    ...rows,
    ...waived.map(({ outcome, id, reason }) => `  ${HEADINGS[outcome].padEnd(15)} ${id}: ${reason ?? ''}`),
    ...byReason(first).map(failure),
    ...(failed.length > first.length
      ? [`  ${failed.length - first.length} more fail above ${lowest ?? ''}: mend ${lowest ?? ''} first.`]
      : []),
    '',
  ].join('\n');
}

/** One mistake fails many requirements in the same words; these are said once. */
function byReason(failed: readonly Result[]): Result[][] {
  const groups = new Map<string, Result[]>();
  for (const result of failed) {
    const reason = result.reason ?? '';
    groups.set(reason, [...(groups.get(reason) ?? []), result]);
  }
  return [...groups.values()];
}

function failure(group: readonly Result[]): string {
  const why = (group[0]?.reason ?? '').trim().replaceAll('\n', '\n      ');
  const named = group.map(({ id, title }) => `  ${HEADINGS.FAILED.padEnd(15)} ${id}: an adapter ${title}`);
  return [...named, `      ${why}`].join('\n');
}
