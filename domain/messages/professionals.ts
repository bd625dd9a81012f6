import type { Messages } from './audience';
import type { ProfessionalFieldProblems } from './field-problem-codes';
import type { ProfessionalProblems } from './problem-codes';

/** Messages for staff, operators and developers: the cause and the remedy. */
export interface ProfessionalCatalogue {
  problems: Messages<ProfessionalProblems>;
  fields: Messages<ProfessionalFieldProblems>;
}
