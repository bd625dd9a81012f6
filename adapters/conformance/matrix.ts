import { type Certificate, OUTCOMES, tally } from './certificate';
import { LEVELS } from './requirement';

const HEADINGS = {
  PASSED: 'passed',
  FAILED: 'failed',
  NOT_APPLICABLE: 'not applicable',
  BYPASSED: 'bypassed',
};

/** A certificate as a terminal shows it: how many of each level, and why of everything that did not pass. */
export function matrix({ supplier, adapterVersion, level, seed, results }: Certificate): string {
  const counts = tally(results);
  const columns = OUTCOMES.map((outcome) => HEADINGS[outcome].padStart(16)).join('');
  const rows = LEVELS.map(
    (one) => `  ${one}  ${OUTCOMES.map((outcome) => String(counts[one][outcome]).padStart(16)).join('')}`,
  );
  const exceptions = results
    .filter(({ outcome }) => outcome !== 'PASSED')
    .map(
      ({ outcome, id, title, reason }) =>
        `  ${HEADINGS[outcome].padEnd(15)} ${id}: ${whyOf(outcome, title, reason)}`,
    );
  return [
    `${supplier} ${adapterVersion}: ${level ?? 'no level'} (seed ${seed})`,
    `      ${columns}`,
    ...rows,
    ...exceptions,
    '',
  ].join('\n');
}

function whyOf(outcome: string, title: string, reason: string | null): string {
  const why = (reason ?? '').trim().replaceAll('\n', '\n      ');
  return outcome === 'FAILED' ? `an adapter ${title}\n      ${why}` : why;
}
