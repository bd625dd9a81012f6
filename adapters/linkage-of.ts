import type { CalendarDate } from '../domain/london-time';
import type { OdsCode } from '../domain/ods-code';
import { type Patient, SupplierError } from './gp-system';

/** A patient's own credentials at one practice. */
export interface LinkedPatient {
  practice: OdsCode;
  userId: string;
  /** Names the log-on in memory: another key is another log-on. Never logged. */
  cacheKey: string;
  key: string;
  birthDate: CalendarDate;
}

/**
 * The patient-session route serves nobody but patients linked to that very practice.
 * @throws SupplierError NOT_AUTHENTICATED, with nothing sent.
 */
export function linkageOf(supplier: string, patient: Patient | undefined, practice: OdsCode): LinkedPatient {
  const linkage = patient?.linkage;
  if (!patient || linkage?.practice !== practice)
    throw new SupplierError(supplier, 'NOT_AUTHENTICATED', {
      mayHaveBeenSent: false,
      message: `${supplier}: the patient is not linked to this practice`,
    });
  const { userId, key } = linkage;
  const { birthDate } = patient;
  return { practice, userId, key, birthDate, cacheKey: JSON.stringify([practice, userId, key, birthDate]) };
}
