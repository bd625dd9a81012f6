import type { Caller } from '../../../domain/caller';
import { instance } from '../../instance';
import { invalidInput, ProblemCode } from '../../problem';
import { StatisticsLabel, suppressedCount } from '../../suppressed-count';
import type { AnswerResult, StartResult } from '../assessments';
import type { Content, DispositionContent, Refusal } from '../content/content';
import { insteadOfTriage } from '../content/instead-of-triage';
import { ANY_READER, say, type Reader } from '../content/wording';
import type { StatisticsResult } from '../statistics';
import type { Switch } from '../switches';
import type { AnswerQuestionResult } from '../types/answer-question';
import {
  AssessmentExpired,
  AssessmentNotFound,
  AssessmentSwitchedOff,
  StaleRevision,
} from '../types/answer-question';
import type { StartAssessmentResult } from '../types/start-assessment';
import { NotSuitableOnline } from '../types/start-assessment';
import {
  AssessmentStatistics,
  AssessmentStatisticsRow,
  type AssessmentStatisticsResult,
} from '../types/statistics';
import { TriageSwitch, TriageSwitches } from '../types/triage-switch';
import { assessmentView } from './assessment-view';
import { dispositionView } from './catalogue-view';

/** Results of the services as members of the API's unions. */

/** @param reader whom a refusal speaks to: who asked to start. */
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
      return refused(content, result.refusal, reader);
    case 'switched-off':
      return notSuitable(content, say(content.switchedOff, reader), insteadOfTriage(content), reader);
    case 'invalid':
      return invalidInput(result.faults);
  }
}

export function answerResultView(result: AnswerResult, caller: Caller): typeof AnswerQuestionResult {
  switch (result.kind) {
    case 'assessment':
      return assessmentView(result.assessment, caller);
    case 'stale':
      return instance(StaleRevision, {
        code: ProblemCode.STALE,
        message: 'This was changed meanwhile, perhaps on another device. Go on from where it stands now.',
        current: assessmentView(result.current, caller),
      });
    case 'expired':
      return expired(result.at, 'This symptom check has ended, because symptoms change. Please start again.');
    case 'withdrawn':
      return expired(
        result.at,
        'This symptom check has ended, because its questions were withdrawn. Please start again.',
      );
    case 'switched-off':
      return instance(AssessmentSwitchedOff, {
        code: ProblemCode.NOT_AVAILABLE,
        message: say(result.content.switchedOff, ANY_READER),
        disposition: dispositionView(result.content, insteadOfTriage(result.content)),
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

function expired(expiredAt: Date, message: string): AssessmentExpired {
  return instance(AssessmentExpired, { code: ProblemCode.EXPIRED, message, expiredAt });
}

function refused(content: Content, { text, disposition }: Refusal, reader: Reader): NotSuitableOnline {
  return notSuitable(content, say(text, reader), disposition, reader);
}

function notSuitable(
  content: Content,
  message: string,
  disposition: DispositionContent,
  reader: Reader,
): NotSuitableOnline {
  return instance(NotSuitableOnline, {
    code: ProblemCode.NOT_AVAILABLE,
    message,
    disposition: dispositionView(content, disposition, reader),
    contentStatus: disposition.status,
    contentBanner: content.banner && say(content.banner, reader),
  });
}

export function statisticsView(result: StatisticsResult): typeof AssessmentStatisticsResult {
  if (result.kind === 'invalid') return invalidInput(result.faults);
  const rows = result.rows.map(({ labels, started, completed, abandoned }) =>
    instance(AssessmentStatisticsRow, {
      labels: labels.map((label) => instance(StatisticsLabel, label)),
      started: suppressedCount(started),
      completed: suppressedCount(completed),
      abandoned: suppressedCount(abandoned),
    }),
  );
  return instance(AssessmentStatistics, { rows, dataUpTo: result.dataUpTo });
}

export function switchesView(switches: readonly Switch[]): TriageSwitches {
  return instance(TriageSwitches, { switches: switches.map(switchView) });
}

export function switchView(each: Switch): TriageSwitch {
  return instance(TriageSwitch, each);
}
