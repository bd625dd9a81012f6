import type { Caller } from '../../../domain/caller';
import { create } from '../../../platform/graphql/create';
import { invalidInput, problem } from '../../../platform/graphql/problem';
import type { ClinicalProblem } from '../../../domain/messages/problem-codes';
import type { AnswerResult, StartResult, WhereaboutsResult } from '../assessment/assessments';
import type { Content, Exclusion } from '../content/content';
import { insteadOfTriage } from '../content/instead-of-triage';
import { ANY_READER, say, type Reader } from '../content/wording';
import type { Switch } from '../switches/switches';
import type { Assessment } from '../types/assessment';
import type { AnswerQuestionResult } from '../types/answer-question';
import {
  AssessmentExpired,
  AssessmentNotFound,
  AssessmentSwitchedOff,
  ConfirmLessUrgent,
  StaleRevision,
} from '../types/answer-question';
import type { SetWhereaboutsResult } from '../types/set-whereabouts';
import type { StartAssessmentResult } from '../types/start-assessment';
import { NotSuitableOnline } from '../types/start-assessment';
import { TriageSwitch, TriageSwitches } from '../types/triage-switch';
import { assessmentView } from './assessment-view';
import { dispositionView } from './catalogue-view';

/** Results of the services as members of the API's unions. */

/** @param reader the person a refusal is written for: the one who started. */
export function startResultView(
  content: Content,
  result: StartResult,
  caller: Caller,
  reader: Reader,
): typeof StartAssessmentResult {
  switch (result.kind) {
    case 'assessment':
      return assessmentView(result.assessment, caller);
    case 'refused':
      return notSuitable(content, 'NOT_SUITABLE_ONLINE', reader, result.refusal);
    case 'switched-off':
      return notSuitable(content, 'SYMPTOM_CHECK_SWITCHED_OFF', reader, {
        text: content.switchedOff,
        disposition: insteadOfTriage(content),
      });
    case 'invalid':
      return invalidInput(result.faults);
  }
}

export function answerResultView(result: AnswerResult, caller: Caller): typeof AnswerQuestionResult {
  return result.kind === 'confirm-less-urgent'
    ? confirmLessUrgent(assessmentView(result.current, caller))
    : whereaboutsResultView(result, caller);
}

export function whereaboutsResultView(
  result: WhereaboutsResult,
  caller: Caller,
): typeof SetWhereaboutsResult {
  switch (result.kind) {
    case 'assessment':
      return assessmentView(result.assessment, caller);
    case 'stale':
      return create(StaleRevision, {
        ...problem('SYMPTOM_CHECK_CHANGED', {}),
        current: assessmentView(result.current, caller),
      });
    case 'expired':
      return expired(result.at, problem('SYMPTOM_CHECK_EXPIRED', { before: 'ANSWERING' }));
    case 'withdrawn':
      return expired(result.at, problem('SYMPTOM_CHECK_WITHDRAWN', {}));
    case 'switched-off':
      return create(AssessmentSwitchedOff, {
        code: 'SYMPTOM_CHECK_SWITCHED_OFF',
        message: say(result.content.switchedOff, ANY_READER),
        disposition: dispositionView(result.content, insteadOfTriage(result.content)),
      });
    case 'not-found':
      return create(AssessmentNotFound, problem('SYMPTOM_CHECK_NOT_FOUND', {}));
    case 'invalid':
      return invalidInput(result.faults);
  }
}

function confirmLessUrgent(current: Assessment): ConfirmLessUrgent {
  const { outcome } = current;
  if (outcome === null) throw new Error('An emergency that is to be taken back is an outcome.');
  const { reasons: said, disposition } = outcome;
  return create(ConfirmLessUrgent, {
    ...problem('CONFIRM_LESS_URGENT', { title: disposition.title }),
    current,
    said,
    disposition,
  });
}

function expired(expiredAt: Date, why: Pick<AssessmentExpired, 'code' | 'message'>): AssessmentExpired {
  return create(AssessmentExpired, { ...why, expiredAt });
}

function notSuitable(
  content: Content,
  code: ClinicalProblem,
  reader: Reader,
  { text, disposition }: Pick<Exclusion, 'text' | 'disposition'>,
): NotSuitableOnline {
  return create(NotSuitableOnline, {
    code,
    message: say(text, reader),
    disposition: dispositionView(content, disposition, reader),
    contentStatus: disposition.status,
    contentBanner: content.banner && say(content.banner, reader),
  });
}

export function switchesView(switches: readonly Switch[]): TriageSwitches {
  return create(TriageSwitches, { switches: switches.map(switchView) });
}

export function switchView(each: Switch): TriageSwitch {
  return create(TriageSwitch, each);
}
