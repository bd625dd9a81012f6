import { ACCESS_NEEDS } from '../../../domain/access-needs';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { BOOKING_ROUTES, BREAKER_STATES } from '../../../adapters/gp-system';
import { BOOK_AUDIENCES, BOOK_STATUSES } from '../../../domain/release-policy';
import { graphqlEnum } from '../../../platform/graphql/graphql-enum';
import { ACTOR_KINDS, BOOKING_STATES, BOOKING_STATUSES } from '../lifecycle/states';
import { PRACTICE_NOTICE_KINDS, WHY_ELSEWHERE } from '../database/tables';
import { EVIDENCE_ASKED } from '../lifecycle/evidence';
import { ELSEWHERE_REASONS } from '../database/tables';
import { SIDES } from '../options/beside';
import { NOT_OFFERED_REASONS } from '../options/not-offered';
import { STOPPED_REASONS } from '../options/stopped-reasons';
import { PRACTICE_ANSWERS } from '../options/search-practice';
import { SUPPLIER_OUTCOMES } from '../options/supplier-reports';

export const SexEnum = graphqlEnum('Sex', ['FEMALE', 'MALE', 'UNSPECIFIED']);
export const AccessNeedEnum = graphqlEnum('AccessNeed', ACCESS_NEEDS);
export const AppointmentModeEnum = graphqlEnum('AppointmentMode', APPOINTMENT_MODES);
export const BookingRouteEnum = graphqlEnum('BookingRoute', BOOKING_ROUTES);
export const BookableScopeEnum = graphqlEnum('BookableScope', ['NONE', 'OWN_PRACTICE', 'NETWORK']);
export const BookStatusEnum = graphqlEnum('BookStatus', BOOK_STATUSES);
export const BookAudienceEnum = graphqlEnum('BookAudience', BOOK_AUDIENCES);
export const ElsewhereReasonEnum = graphqlEnum(
  'ElsewhereReason',
  ELSEWHERE_REASONS,
  'Reason for searching other practices although the own practice has times.',
);
export const StoppedReasonEnum = graphqlEnum('StoppedReason', STOPPED_REASONS);
export const WhyElsewhereEnum = graphqlEnum(
  'WhyElsewhere',
  WHY_ELSEWHERE,
  'The reason that the person gave; else what their own practice answered when they searched; OWN_PRACTICE_NOT_SEARCHED: they had declared another one. NOTHING_AT_OWN_PRACTICE: of bookings from before the answer was kept.',
);
export const PracticeNoticeKindEnum = graphqlEnum('PracticeNoticeKind', PRACTICE_NOTICE_KINDS);
export const PracticeAnswerEnum = graphqlEnum(
  'PracticeAnswer',
  PRACTICE_ANSWERS,
  'Result of searching one practice. Empty (NO_SLOTS_IN_TIME) never means failed. ACCESS_NEED_NOT_MET: it is known not to meet one of accessNeeds. ACCESS_NOT_KNOWN: it is not known whether it meets all of them.',
);
export const NotOfferedReasonEnum = graphqlEnum('NotOfferedReason', NOT_OFFERED_REASONS);
export const SideEnum = graphqlEnum(
  'SideOfTime',
  SIDES,
  'Side of another time at the same practice on which a time is: it ends as the other begins, or begins as the other ends.',
);
export const SupplierOutcomeEnum = graphqlEnum(
  'SupplierOutcome',
  SUPPLIER_OUTCOMES,
  'MAINTENANCE: the supplier is closed at hours that it announced, and `retryAfterSeconds` ends with them. NOT_ASKED: no practice of it was called.',
);
export const SupplierStatusEnum = graphqlEnum('SupplierStatus', ['UP', 'DEGRADED', 'DOWN']);
export const BreakerStateEnum = graphqlEnum(
  'BreakerState',
  BREAKER_STATES,
  'OPEN: after many failures we stop calling the supplier for a while. HALF_OPEN: one call tests whether it is back.',
);
export const BookingStatusEnum = graphqlEnum(
  'BookingStatus',
  BOOKING_STATUSES,
  'CHECKING: the practice may or may not have it, and we are finding out. NEEDS_ATTENTION: we could not find out, and somebody asks the practice. MOVED_BY_PRACTICE: it stands at another time, or with somebody else, and can be accepted, moved or cancelled. CANCELLED_BY_PRACTICE: cancelled at its desk.',
);
export const ActorKindEnum = graphqlEnum('ActorKind', ACTOR_KINDS);
export const BookingStateEnum = graphqlEnum(
  'BookingState',
  BOOKING_STATES,
  'Internal state of a booking, finer than the status that the person sees (docs/booking-states.md).',
);
export const EvidenceAskedEnum = graphqlEnum('EvidenceAsked', EVIDENCE_ASKED);
export const CancelReasonEnum = graphqlEnum('CancelReason', [
  'FEELING_BETTER',
  'CANNOT_ATTEND',
  'BOOKED_ELSEWHERE',
  'OTHER',
]);
export type CancelReason = keyof typeof CancelReasonEnum;
