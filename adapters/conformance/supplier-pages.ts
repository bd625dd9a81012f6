import type { Manifest } from '../gp-system';
import { type Certificate, tally } from './certificate';
import { LEVELS } from './requirement';

const GENERATED =
  '<!-- Written by `npm run adapter:conform -- --all --publish`: change the manifest or the README instead. -->';

/** The rows in which suppliers are described and compared, in words taken from the manifest alone. */
const FACTS: readonly (readonly [title: string, of: (manifest: Manifest) => string])[] = [
  [
    'Route',
    ({ route }) =>
      route === 'NETWORK'
        ? 'network: anybody the practice releases slots to'
        : 'session of a patient linked to the practice',
  ],
  ['Wire', ({ transport }) => transport.toUpperCase()],
  [
    'Authentication',
    ({ auth, sessionTtlMs }) =>
      sessionTtlMs === undefined ? auth : `${auth}, kept ${sessionTtlMs / 60_000} min`,
  ],
  [
    'Modes',
    ({ capabilities }) => capabilities.modes.map((mode) => mode.toLowerCase().replace('_', ' ')).join(', '),
  ],
  ['Read-back', ({ capabilities }) => readBack(capabilities)],
  [
    'Marker',
    ({ capabilities: { marker } }) =>
      marker ? `${marker.field}, ${marker.maxLength} characters` : 'none: matched by slot',
  ],
  [
    'Same attempt twice',
    ({ capabilities }) =>
      capabilities.bookIdempotency === 'none' ? 'not recognised' : 'recognised by its id',
  ],
  [
    'Reply to a booking',
    ({ capabilities }) =>
      capabilities.bookReply === 'final' ? 'says what came of it' : 'an operation, asked for',
  ],
  [
    'Places at one time',
    ({ capabilities }) => (capabilities.places ? 'told, and how many are left' : 'not told: one person'),
  ],
  ['Cancel', ({ capabilities }) => cancellation(capabilities)],
  [
    'Telephone number',
    ({ capabilities: { contactPhone } }) => (contactPhone ? 'passed on' : 'not passed on'),
  ],
  [
    'Patient’s words',
    ({ capabilities: { reasonMaxLength } }) =>
      reasonMaxLength === 0 ? 'not passed on' : `${reasonMaxLength} characters`,
  ],
  [
    '429',
    ({ throttle, throttleScope }) =>
      `${throttle === '429NotExecuted' ? 'nothing was executed' : 'nothing is promised'}; keeps us from the ${throttleScope === 'SUPPLIER' ? 'supplier' : 'practice'}`,
  ],
  ['Requests at once, per second', ({ limits }) => `${limits.concurrency}, ${limits.requestsPerSecond}`],
  [
    'The same for each practice',
    ({ limits: { perPractice } }) =>
      perPractice ? `${perPractice.concurrency}, ${perPractice.requestsPerSecond}` : 'no limits of its own',
  ],
  [
    'Maintenance',
    ({ maintenance = [] }) =>
      maintenance
        .map(({ day, from, until }) => `${day.slice(0, 1)}${day.slice(1).toLowerCase()} ${from} to ${until}`)
        .join(', ') || 'not announced',
  ],
  [
    'Settings besides its address',
    ({ settings = [] }) => settings.map(({ name }) => `\`${name}\``).join(', ') || 'none',
  ],
  ['Days per search', ({ limits }) => String(limits.searchWindowDays)],
  ['Settles within', ({ limits }) => `${limits.settleMs / 1000} s`],
];

/** Writes one supplier's page. @param connection its README's section on a real connection. */
export function supplierPage(certificate: Certificate, connection: string): string {
  const { manifest, supplier, name, level } = certificate;
  return `${GENERATED}
# ${name}

Conformance **${level ?? 'none'}** against its simulator ([certificate](${supplier}.html), [JSON](${supplier}.json)); nothing was
tried against a real system. How it works and what is assumed: [adapters/${supplier}](../../adapters/${supplier}/README.md).

| | |
|---|---|
${FACTS.map(([title, of]) => `| ${title} | ${of(manifest)} |`).join('\n')}

## Conformance

${outcomes(certificate)}

## Before a real connection

None of this is done here.

${connection.trim()}
`;
}

/** Writes the table of all suppliers side by side. */
export function suppliersTable(certificates: readonly Certificate[]): string {
  const row = (title: string, cells: readonly string[]) => `| ${[title, ...cells].join(' | ')} |`;
  return `${GENERATED}
# Suppliers side by side

${row(
  '',
  certificates.map(({ supplier, name }) => `[${name}](${supplier}.md)`),
)}
${row(
  '---',
  certificates.map(() => '---'),
)}
${row(
  'Conformance',
  certificates.map(({ level }) => level ?? 'none'),
)}
${FACTS.map(([title, of]) =>
  row(
    title,
    certificates.map(({ manifest }) => of(manifest)),
  ),
).join('\n')}
${row('Bypassed', certificates.map(bypassed))}

Against simulators only. What a supplier would ask for before a real connection stands at the end of its page.
`;
}

function outcomes({ results }: Certificate): string {
  const counts = tally(results);
  const rows = LEVELS.map((level) => {
    const { PASSED, NOT_APPLICABLE, BYPASSED, FAILED } = counts[level];
    return `| ${level} | ${PASSED} | ${NOT_APPLICABLE} | ${BYPASSED} | ${FAILED} |`;
  });
  const exceptions = results
    .filter(({ outcome }) => outcome === 'NOT_APPLICABLE' || outcome === 'BYPASSED')
    .map(
      ({ id, title, reason, outcome }) =>
        `- \`${id}\` (${title}) ${outcome === 'BYPASSED' ? 'is **bypassed**' : 'does not apply'}: ${reason ?? ''}`,
    );
  return [
    '| level | passed | not applicable | bypassed | failed |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...exceptions,
  ].join('\n');
}

function bypassed({ results }: Certificate): string {
  return (
    results.flatMap(({ id, outcome }) => (outcome === 'BYPASSED' ? `\`${id}\`` : [])).join(', ') || 'nothing'
  );
}

function cancellation({ cancel, cancelVersioned, cancelCutOffMinutes }: Manifest['capabilities']): string {
  if (!cancel) return 'no';
  const until = cancelCutOffMinutes === 0 ? 'the start' : `${cancelCutOffMinutes} minutes before the start`;
  return `until ${until}${cancelVersioned ? ', versioned' : ''}`;
}

function readBack(capabilities: Manifest['capabilities']): string {
  if (capabilities.readBack === 'none') return 'none';
  const past = capabilities.readBackOfPast ? 'the past too' : 'not the past';
  return `by patient, ${past}, ${capabilities.readBackOfCancelled ? 'the cancelled too' : 'not the cancelled'}`;
}

/** Returns a README's section "Before a real connection". @throws Error where there is none. */
export function connectionIn(readme: string, supplier: string): string {
  const [, section] = /\n## Before a real connection\n(.*?)(?=\n## |$)/s.exec(readme) ?? [];
  if (section === undefined)
    throw new Error(`adapters/${supplier}/README.md has no section "Before a real connection".`);
  return section;
}
