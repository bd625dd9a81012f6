import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { PLACE_PRECISIONS } from '../../../domain/place-lookup';
import { graphqlEnum } from '../../../platform/graphql/graphql-enum';
import { CALL_111_REASONS } from '../content/find-pathways';
import { HelpKind } from '../content/own-words-files';
import {
  BookableScope,
  CareLevel,
  ContentStatus,
  QuestionKind,
  Relationship,
  Sex,
} from '../content/vocabulary';

export const AppointmentModeEnum = graphqlEnum('AppointmentMode', APPOINTMENT_MODES);
export const PlacePrecisionEnum = graphqlEnum('PlacePrecision', PLACE_PRECISIONS);
export const CareLevelEnum = graphqlEnum('CareLevel', CareLevel.options);
export const RelationshipEnum = graphqlEnum('Relationship', Relationship.options);
export const SexEnum = graphqlEnum('Sex', Sex.options);

export const BookableScopeEnum = graphqlEnum(
  'BookableScope',
  BookableScope.options,
  'NETWORK: own practice first, then practices near. OWN_PRACTICE: never widens.',
);

export const ContentStatusEnum = graphqlEnum(
  'ContentStatus',
  ContentStatus.options,
  'DEMO content is not clinically assured and is refused when the service is live.',
);

export const HelpKindEnum = graphqlEnum('HelpKind', HelpKind.options);

export const CallNhs111ReasonEnum = graphqlEnum(
  'CallNhs111Reason',
  CALL_111_REASONS,
  'NOT_UNDERSTOOD: ask for other words. NOT_FOR_THIS_PERSON: `leftOut` says who the checks are for.',
);

export const TraceStepKindEnum = graphqlEnum(
  'TraceStepKind',
  ['ANSWERED', 'KNOWN', 'AGE'],
  'KNOWN: not asked, because the complaint, the person or an earlier answer says it. AGE: decided by the age.',
);

export const AmendmentKindEnum = graphqlEnum(
  'AmendmentKind',
  ['CHANGED', 'DROPPED'],
  'DROPPED: an earlier answer was changed, so that this question is not asked any more.',
);

export const QuestionKindEnum = graphqlEnum(
  'QuestionKind',
  QuestionKind.options,
  'TICK_ANY: one or more options, or "none" alone.',
);
