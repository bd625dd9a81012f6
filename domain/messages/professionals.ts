import type { MessageTemplate, Messages } from './audience';
import type { ProfessionalFieldProblems } from './field-problem-codes';
import type { ProfessionalProblems } from './problem-codes';

/** Messages for staff, operators and developers: the cause and the remedy. */
export interface ProfessionalCatalogue {
  problems: Messages<ProfessionalProblems>;
  fields: Messages<ProfessionalFieldProblems>;
  /** Beside a booking, for the clinician: an answer led to this help, and was changed. As short as can be: some books take 79 characters. */
  emergencyTakenBack: MessageTemplate<EmergencyTold>;
  /** Beside a booking, for the clinician: an earlier symptom check told the person of this help. */
  emergencyToldBefore: MessageTemplate<EmergencyTold>;
}

/** Help that the person was told to get, `999` or `A&E`, and when. */
export interface EmergencyTold {
  help: string;
  at: Date;
}
