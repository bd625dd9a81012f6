import type { CheckResult, SymptomChecks } from '../../../domain/symptom-checks';
import type { ContentEditions } from '../content/content-editions';
import { say } from '../content/wording';
import { deadline } from '../engine/deadline';
import { evaluate } from '../engine/evaluate';
import { isPastRetention } from '../retention';
import type { Switches } from '../switches/switches';
import { readerOf } from '../views/reader';
import type { AssessmentStore } from './assessment-store';
import { reachedAt, type PinnedAssessment } from './assessments';

export interface SymptomChecksDeps {
  store: Pick<AssessmentStore, 'findByDigest'>;
  editions: Pick<ContentEditions, 'find'>;
  switches: Pick<Switches, 'read'>;
  now: () => Date;
}

/** Symptom checks as whoever books asks for them: by the same rules as the person is told them. */
export function symptomChecks({ store, editions, switches, now }: SymptomChecksDeps): SymptomChecks {
  return {
    async find(digest) {
      const [record, off] = await Promise.all([store.findByDigest(digest), switches.read()]);
      if (record === null || isPastRetention(record.expiresAt, record.isCompleted, now())) return null;
      const edition = await editions.find(record.pathwayId, record.contentHash);
      if (edition === null) return null;
      const { pathwayId, subject, expiresAt } = record;
      const result = resultOf({ ...edition, record, off: off.has(pathwayId) });
      return { pathwayId, subject, expiresAt, result };
    },
  };
}

function resultOf({ record, pathway, content, off }: PinnedAssessment): CheckResult {
  const reader = readerOf(record);
  if (off) return { kind: 'SWITCHED_OFF', advice: say(content.switchedOff, reader) };
  const evaluation = evaluate(pathway, record.subject, record.answers);
  if (evaluation.kind === 'question') return { kind: 'UNFINISHED' };
  const { id, title, timeframe } = evaluation.disposition;
  return {
    kind: 'OUTCOME',
    dispositionId: id,
    title: say(title, reader),
    deadline: deadline(reachedAt(record), timeframe),
  };
}
