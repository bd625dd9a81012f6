import { ACCESS_NEEDS, type AccessNeed, type PracticeAccess } from '../../../domain/access-needs';
import { OdsCode } from '../../../domain/ods-code';
import { csvReadings, refused, skipped, type RowReading, type RowResult } from './csv-rows';
import type { ByteCounter } from './text-file';

export type FiledAccess = PracticeAccess & { odsCode: string };

/** A row for each practice, with `yes`, `no`, or nothing where it is not known; the needs stand in the order of `ACCESS_NEEDS`. */
export const ACCESSIBILITY_COLUMNS = [
  'ods_code',
  'step_free_access',
  'hearing_loop',
  'bsl_interpreter',
  'language_interpreter',
] as const satisfies readonly ['ods_code', ...Lowercase<AccessNeed>[]];

const ANSWERS = new Set(['yes', 'no', '']);

/**
 * Reads what practices have for people with access needs.
 * @param practices codes of the practices that there are.
 * @throws DirectoryFileError
 */
export function readAccessibility(
  file: string,
  onBytes: ByteCounter,
  practices: ReadonlySet<string>,
): AsyncGenerator<RowReading<FiledAccess>> {
  const seen = new Set<string>();
  const readRow = (cells: readonly string[]) => readAccess(cells, practices, seen);
  return csvReadings({ header: ACCESSIBILITY_COLUMNS, readRow }, file, onBytes);
}

function readAccess(
  [text = '', ...cells]: readonly string[],
  practices: ReadonlySet<string>,
  seen: Set<string>,
): RowResult<FiledAccess> {
  const code = OdsCode.safeParse(text);
  if (!code.success) return refused('the code is not an ODS code');
  if (!practices.has(code.data)) return refused('there is no such active GP practice in England');
  if (seen.has(code.data)) return refused('the code was there before');
  seen.add(code.data);
  const answers = cells.map((cell) => cell.toLowerCase());
  if (!answers.every((answer) => ANSWERS.has(answer)))
    return refused('an answer is none of yes, no and nothing', code.data);
  const answered = (wanted: string) => ACCESS_NEEDS.filter((_, column) => answers[column] === wanted);
  const access = { met: answered('yes'), notMet: answered('no') };
  if (access.met.length + access.notMet.length === 0) return skipped('nothing is known of the practice');
  return { kind: 'read', value: { odsCode: code.data, ...access } };
}
