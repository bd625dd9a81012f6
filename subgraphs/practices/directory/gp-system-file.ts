import { OdsCode } from '../../../domain/ods-code';
import { csvReadings, refused, type RowReading, type RowResult } from './csv-rows';
import type { PracticeGpSystem } from './directory-practice';
import type { ByteCounter } from './text-file';

/** `patient_session` and `network` are ids of suppliers, or empty; the rest may be empty. */
export const GP_SYSTEM_COLUMNS = [
  'ods_code',
  'clinical_system',
  'patient_session',
  'network',
  'registered_patients',
] as const;

/**
 * Reference data for judging a row: the practices in the directory, and the suppliers that this service has
 * adapters for.
 */
export interface ReferenceData {
  practices: ReadonlySet<string>;
  suppliers: ReadonlySet<string>;
}

const MAX_NAME = 100;

/**
 * Reads the GP system of each practice, and the routes to it.
 * @throws DirectoryFileError
 */
export function readGpSystems(
  file: string,
  onBytes: ByteCounter,
  known: ReferenceData,
): AsyncGenerator<RowReading<PracticeGpSystem>> {
  const seen = new Set<string>();
  const readRow = (cells: readonly string[]) => readGpSystem(cells, known, seen);
  return csvReadings({ header: GP_SYSTEM_COLUMNS, readRow }, file, onBytes);
}

function readGpSystem(
  cells: readonly string[],
  { practices, suppliers }: ReferenceData,
  seen: Set<string>,
): RowResult<PracticeGpSystem> {
  const [text = '', clinicalSystem = '', patientSession = '', network = '', registered = ''] = cells;
  const code = OdsCode.safeParse(text);
  if (!code.success) return refused('the code is not an ODS code');
  if (!practices.has(code.data)) return refused('there is no such active GP practice in England');
  if (seen.has(code.data)) return refused('the code was there before');
  seen.add(code.data);
  for (const supplier of [patientSession, network])
    if (supplier !== '' && !suppliers.has(supplier))
      return refused(`a supplier is none of ${[...suppliers].join(', ')}`, code.data);
  if (/\p{Cc}/u.test(clinicalSystem) || clinicalSystem.length > MAX_NAME)
    return refused(`the system's name is not one line of ${MAX_NAME} characters`, code.data);
  if (!/^[0-9]{0,6}$/.test(registered))
    return refused('the number of registered patients is no number', code.data);
  return {
    kind: 'read',
    value: {
      odsCode: code.data,
      clinicalSystem: clinicalSystem || null,
      patientSession: patientSession || null,
      network: network || null,
      registeredPatients: registered === '' ? null : Number(registered),
    },
  };
}
