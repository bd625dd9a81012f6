import { type Certificate, OUTCOMES, tally } from './certificate';
import { LEVELS } from './requirement';

const LEVEL_TITLES = {
  L0: 'Manifest',
  L1: 'Mapping of replies',
  L2: 'Behaviour',
  L3: 'Behaviour under faults',
  L4: 'Nothing left behind',
} as const;
const OUTCOME_TITLES = {
  PASSED: 'passed',
  FAILED: 'failed',
  NOT_APPLICABLE: 'not applicable',
  BYPASSED: 'bypassed',
} as const;

/** Writes a certificate as one page of HTML that needs nothing else. */
export function certificatePage(certificate: Certificate): string {
  const { supplier, name, adapterVersion, level, seed, node, sources, at, results } = certificate;
  const counts = tally(results);
  const summary = LEVELS.map(
    (one) =>
      `<tr><th scope="row">${one} ${LEVEL_TITLES[one]}</th>${OUTCOMES.map((outcome) => `<td>${counts[one][outcome]}</td>`).join('')}</tr>`,
  );
  const details = results.map(
    ({ level: of, id, title, outcome, reason }) =>
      `<tr class="${outcome}"><td>${of}</td><td><code>${escaped(id)}</code></td><td>${escaped(title)}</td><td>${OUTCOME_TITLES[outcome]}</td><td>${escaped(reason ?? '')}</td></tr>`,
  );
  return `<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>Conformance of ${escaped(name)}</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #212b32 }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem }
th, td { border: 1px solid #aeb7bd; padding: .3rem .6rem; text-align: left; vertical-align: top }
.FAILED td { background: #fbe3e0 } .NOT_APPLICABLE td, .BYPASSED td { background: #f0f4f5 }
</style>
</head>
<body>
<h1>${escaped(name)}: ${level ?? 'no level reached'}</h1>
<p>The adapter <code>${escaped(supplier)}</code> ${escaped(adapterVersion)} against its simulator, with seed ${seed}, on Node ${escaped(node)}, ${escaped(at)}. Nothing here was tried against a real system.</p>
<p>Run it again: <code>npm run adapter:conform -- ${escaped(supplier)} --seed ${seed}</code>. Sources: adapter <code>${sources.adapter.slice(0, 16)}</code>, kit and suite <code>${sources.kit.slice(0, 16)}</code> (SHA-256).</p>
<table>
<thead><tr><th>Level</th>${OUTCOMES.map((outcome) => `<th>${OUTCOME_TITLES[outcome]}</th>`).join('')}</tr></thead>
<tbody>
${summary.join('\n')}
</tbody>
</table>
<table>
<thead><tr><th>Level</th><th>Requirement</th><th>An adapter …</th><th>Outcome</th><th>Reason</th></tr></thead>
<tbody>
${details.join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
