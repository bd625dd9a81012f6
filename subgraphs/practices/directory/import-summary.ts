import type { ImportChanges } from './import-changes';
import type { ImportReport } from './import-directory';
import type { LeftOut } from './import-tally';
import type { RefusedPractice } from './next-practices';

/** An import in words, for the terminal. */
export function importSummary(report: ImportReport): string {
  const { practices, changes, postcodes, outcodes, leftOut } = report;
  return [
    `Directory edition ${report.edition} is in use; its newest entry is of ${report.asOf}.`,
    `  practices     ${number(practices.loaded)}`,
    `    placed by unit postcode  ${number(practices.byUnitPostcode)}`,
    `    placed by outward code   ${number(practices.byOutwardCode)}`,
    `    not placed               ${number(practices.notPlaced.length)}${examples(practices.notPlaced)}`,
    ...(practices.former === 0 ? [] : [`    former, kept on record   ${number(practices.former)}`]),
    ...changesSection(changes),
    `  postcodes     ${number(postcodes.loaded)}${repeated(postcodes.repeated)}`,
    `  outward codes ${number(outcodes.loaded)}${repeated(outcodes.repeated)}`,
    `  connections   ${report.connections === null ? 'as before' : `of ${number(report.connections)} practices`}`,
    `  opening hours ${report.openingHours === null ? 'as before' : `of ${number(report.openingHours)} practices`}`,
    `  accessibility ${report.accessibility === null ? 'as before' : `of ${number(report.accessibility)} practices`}`,
    `  bank holidays ${report.bankHolidaysUntil === null ? 'as before' : `until ${report.bankHolidaysUntil}`}`,
    ...refusedPracticesSummary(practices.refused),
    ...section('Refused', leftOut, 'refused'),
    ...section('Doubtful', leftOut, 'doubtful'),
    ...section('Skipped', leftOut, 'skipped'),
  ].join('\n');
}

function section(title: string, all: readonly LeftOut[], kind: LeftOut['kind']): string[] {
  const rows = all.filter((row) => row.kind === kind);
  if (rows.length === 0) return [];
  return [
    `${title}:`,
    ...rows.map(
      ({ file, reason, count, at }) => `  ${file}: ${reason}: ${number(count)}${examples(at, count)}`,
    ),
  ];
}

function changesSection(changes: ImportChanges | null): string[] {
  if (changes === null) return [];
  const { added, changed, closed, returned } = changes;
  return [
    `    added since before       ${number(added)}`,
    `    changed                  ${number(changed)}`,
    `    closed, with their books ${number(closed.length)}${examples(closed)}`,
    ...(returned.length === 0
      ? []
      : [`    back, with their books   ${number(returned.length)}${examples(returned)}`]),
  ];
}

const IN_USE: Record<RefusedPractice['inUse'], string> = {
  AS_BEFORE: 'it stays as it was',
  BY_OUTWARD_CODE: 'it is placed by the first half of its postcode',
  NOTHING: 'it is not loaded',
};

/** Each by name and line: nobody would notice it otherwise. */
export function refusedPracticesSummary(refused: readonly RefusedPractice[]): string[] {
  if (refused.length === 0) return [];
  return [
    'Practices whose row is refused:',
    ...refused.map(
      ({ odsCode, name, at, reason, inUse }) => `  ${odsCode} ${name} (${at}): ${reason}; ${IN_USE[inUse]}`,
    ),
  ];
}

const MAX_EXAMPLES = 5;

function examples(names: readonly string[], count: number = names.length): string {
  if (count === 0) return '';
  return ` (${names.slice(0, MAX_EXAMPLES).join(', ')}${count > MAX_EXAMPLES ? ', …' : ''})`;
}

function repeated(count: number): string {
  return count === 0 ? '' : ` (${number(count)} more were repeated)`;
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
