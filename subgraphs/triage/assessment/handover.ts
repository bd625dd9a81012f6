import { emergencyNotice } from '../../../domain/messages/messages';
import type { Content } from '../content/content';
import { wasEmergency } from './amendments';
import type { AssessmentRecord } from './assessment-store';

type Told = Pick<AssessmentRecord, 'amendedAnswers' | 'earlierEmergency'>;

/** Sentences for the clinician who receives the booking: the emergency that was taken back last, and one told of before. */
export function handoverOf({ amendedAnswers, earlierEmergency }: Told, content: Content): string[] {
  const takenBack = amendedAnswers.findLast((answer) => wasEmergency(answer, content));
  const before = earlierEmergency && helpOf(earlierEmergency.dispositionId, content);
  return [
    ...(takenBack
      ? [
          emergencyNotice('emergencyTakenBack', {
            help: helpOf(takenBack.decided, content) ?? '999',
            at: takenBack.answeredAt,
          }),
        ]
      : []),
    ...(earlierEmergency && before
      ? [emergencyNotice('emergencyToldBefore', { help: before, at: earlierEmergency.at })]
      : []),
  ];
}

/** Null where the disposition is not in this edition any more. */
function helpOf(dispositionId: string | null, { dispositions }: Content): string | null {
  const disposition = dispositionId === null ? undefined : dispositions.get(dispositionId);
  if (disposition === undefined) return null;
  return disposition.careLevel === 'EMERGENCY_DEPARTMENT' ? 'A&E' : '999';
}
