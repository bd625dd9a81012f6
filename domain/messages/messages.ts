import { DEFAULT_LOCALE, type Locale, type Messages } from './audience';
import type { FieldFault, FieldProblemCode, FieldProblemParameters } from './field-problem-codes';
import type { AppointmentInWords, NoTimeFits, PatientCatalogue } from './patients';
import { PATIENTS_EN_GB } from './patients.en-gb';
import type { ProblemParameters, WordedProblem } from './problem-codes';
import type { EmergencyTold, ProfessionalCatalogue } from './professionals';
import { PROFESSIONALS_EN_GB } from './professionals.en-gb';

/** A language is a catalogue for each audience. */
const PATIENTS: Record<Locale, PatientCatalogue> = { 'en-GB': PATIENTS_EN_GB };
const PROFESSIONALS: Record<Locale, ProfessionalCatalogue> = { 'en-GB': PROFESSIONALS_EN_GB };

/** @returns the message of a problem, worded for its audience. */
export function problemMessage<Code extends WordedProblem>(
  code: Code,
  parameters: ProblemParameters[Code],
  locale: Locale = DEFAULT_LOCALE,
): string {
  const messages: Messages<ProblemParameters> = {
    ...PATIENTS[locale].problems,
    ...PROFESSIONALS[locale].problems,
  };
  return messages[code](parameters);
}

/** @returns the message that stands beside a field. */
export function fieldMessage<Code extends FieldProblemCode>(
  { code, parameters }: FieldFault<Code>,
  locale: Locale = DEFAULT_LOCALE,
): string {
  const messages: Messages<FieldProblemParameters> = {
    ...PATIENTS[locale].fields,
    ...PROFESSIONALS[locale].fields,
  };
  return messages[code](parameters);
}

/** @returns the message about an appointment that its practice has changed. */
export function movedMessage(
  change: Record<'before' | 'now', AppointmentInWords>,
  locale: Locale = DEFAULT_LOCALE,
): string {
  return PATIENTS[locale].moved(change);
}

/** @returns the advice for a person whom no time fits. */
export function noTimeFits(search: NoTimeFits, locale: Locale = DEFAULT_LOCALE): string {
  return PATIENTS[locale].noTimeFits(search);
}

/** @returns the advice for a person who starts again soon after they were told of an emergency. */
export function earlierEmergencyMessage(title: string, at: Date, locale: Locale = DEFAULT_LOCALE): string {
  return PATIENTS[locale].earlierEmergency({ title, at });
}

/** @returns a sentence for the clinician about an emergency that the person was told of. */
export function emergencyNotice(
  kind: 'emergencyTakenBack' | 'emergencyToldBefore',
  told: EmergencyTold,
  locale: Locale = DEFAULT_LOCALE,
): string {
  return PROFESSIONALS[locale][kind](told);
}
