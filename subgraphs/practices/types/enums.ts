import { registerEnumType } from 'type-graphql';
import { ACCESS_NEEDS } from '../../../domain/access-needs';
import { BOOKING_ROUTES } from '../../../adapters/gp-system';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { RELEASE_ACTIONS, RELEASE_OUTCOMES } from '../../../domain/release-ledger';
import { BOOK_AUDIENCES, BOOK_STATUSES, PRACTICE_RELATIONS } from '../../../domain/release-policy';
import { STOPPED_REASONS } from '../candidates/candidate-finder';
import { PREVIEW_RULES } from '../release/release-preview';
import { PLACE_PRECISIONS } from '../../../domain/place-lookup';

export const AppointmentModeEnum = enumOf('AppointmentMode', APPOINTMENT_MODES);

export const AccessNeedEnum = enumOf(
  'AccessNeed',
  ACCESS_NEEDS,
  'Need of a person on which the choice of a practice may depend: getting in without a step, a hearing loop, an interpreter of British Sign Language, an interpreter of another language.',
);

export const BookingRouteEnum = enumOf('BookingRoute', BOOKING_ROUTES);

export const BookStatusEnum = enumOf('BookStatus', BOOK_STATUSES);

export const StoppedReasonEnum = enumOf('StoppedReason', STOPPED_REASONS);

export const BookAudienceEnum = enumOf('BookAudience', BOOK_AUDIENCES);

export const PracticeRelationEnum = enumOf(
  'PracticeRelation',
  PRACTICE_RELATIONS,
  'Relation of the practice to the person: their own, or another.',
);

export const PreviewRuleEnum = enumOf(
  'ReleaseRule',
  PREVIEW_RULES,
  'Rule that can stop a slot being offered.',
);

export const DiaryAnswerEnum = enumOf(
  'DiaryAnswer',
  ['READ', 'NO_CONNECTION', 'NOT_ANSWERED'],
  'NO_CONNECTION: none shows the book to us; own patients may see it in sessions of their own. NOT_ANSWERED: the system did not answer, which does not mean that nothing is free.',
);

export const ReleaseActionEnum = enumOf('ReleaseAction', RELEASE_ACTIONS);

export const ReleaseOutcomeEnum = enumOf(
  'ReleaseOutcome',
  RELEASE_OUTCOMES,
  'UNCHANGED: it was so already. STALE: the rules had been changed meanwhile.',
);

export const PlacePrecisionEnum = enumOf(
  'PlacePrecision',
  PLACE_PRECISIONS,
  'Precision of a place. OUTWARD_CODE is the centre of the first half of a postcode, often half a mile off.',
);

/** type-graphql knows an enum by its object; the domain has lists of words. */
function enumOf(name: string, words: readonly string[], description?: string): Record<string, string> {
  const members = Object.fromEntries(words.map((word) => [word, word]));
  registerEnumType(members, { name, ...(description === undefined ? {} : { description }) });
  return members;
}
