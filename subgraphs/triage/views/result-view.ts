import type { Caller } from '../../../domain/caller';
import { instance } from '../../instance';
import { invalidInput, ProblemCode } from '../../problem';
import type { AnswerResult, StartResult } from '../assessments';
import type { Content, Refusal } from '../content/content';
import type { AnswerQuestionResult } from '../types/answer-question';
import { AssessmentExpired, AssessmentNotFound, StaleRevision } from '../types/answer-question';
import type { StartAssessmentResult } from '../types/start-assessment';
import { NotSuitableOnline } from '../types/start-assessment';
import { assessmentView } from './assessment-view';
import { dispositionView } from './catalogue-view';

/** Results of the service as members of the API's unions. */

export function startResultView(
  content: Content,
  result: StartResult,
  caller: Caller,
): typeof StartAssessmentResult {
  switch (result.kind) {
    case 'assessment':
      return assessmentView(content, result.assessment, caller);
    case 'refused':
      return notSuitable(content, result.refusal);
    case 'invalid':
      return invalidInput(result.faults);
  }
}

export function answerResultView(
  content: Content,
  result: AnswerResult,
  caller: Caller,
): typeof AnswerQuestionResult {
  switch (result.kind) {
    case 'assessment':
      return assessmentView(content, result.assessment, caller);
    case 'stale':
      return instance(StaleRevision, {
        code: ProblemCode.STALE,
        message: 'This was changed meanwhile, perhaps on another device. Go on from where it stands now.',
        current: assessmentView(content, result.current, caller),
      });
    case 'expired':
      return instance(AssessmentExpired, {
        code: ProblemCode.EXPIRED,
        message: 'This symptom check has ended, because symptoms change. Please start again.',
        expiredAt: result.at,
      });
    case 'not-found':
      return instance(AssessmentNotFound, {
        code: ProblemCode.NOT_FOUND,
        message: 'There is no such symptom check. Please start again.',
      });
    case 'invalid':
      return invalidInput(result.faults);
  }
}

function notSuitable(content: Content, { text, disposition }: Refusal): NotSuitableOnline {
  return instance(NotSuitableOnline, {
    code: ProblemCode.NOT_AVAILABLE,
    message: text,
    disposition: dispositionView(content, disposition),
    contentStatus: disposition.status,
    contentBanner: content.banner,
  });
}
