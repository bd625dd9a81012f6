import type { AppointmentMode } from '../appointment-mode';
import type { MessageTemplate, Messages } from './audience';
import type { PatientFieldProblems } from './field-problem-codes';
import type { PatientProblems } from './problem-codes';

/** The facts of an appointment that a person is told. */
export interface AppointmentInWords {
  startsAt: Date;
  mode: AppointmentMode;
  clinicianName?: string | undefined;
}

/** Latest time to be seen, and whether the person's own practice alone may see them, which is never urgent. */
export interface NoTimeFits {
  deadline: Date | null;
  ownPracticeOnly: boolean;
}

/**
 * Messages for people who book. Reading age 9 to 11 (NHS digital service manual, "How we write"): short sentences,
 * "you", times in London in words; nothing of keys, fields, levels, offers or holds.
 */
export interface PatientCatalogue {
  problems: Messages<PatientProblems>;
  fields: Messages<PatientFieldProblems>;
  /** A practice's change of an appointment: as it was, and as it is. */
  moved: MessageTemplate<Record<'before' | 'now', AppointmentInWords>>;
  /** Advice when no time fits: never empty, never less urgent than the outcome, whose deadline may be null. */
  noTimeFits: MessageTemplate<NoTimeFits>;
  /** Advice for a person who starts again soon after an emergency; `title` is what they were told. */
  earlierEmergency: MessageTemplate<{ title: string; at: Date }>;
}
