import type { CheckResult, SymptomChecks } from '../../../domain/symptom-checks';
import { coalesce } from '../../../platform/database/coalesce';
import type { Database } from '../../../platform/database/database';
import { readSession } from '../../../platform/database/row-statement';
import type { TriageTables } from '../database/tables';
import type { ContentEditions } from '../content/content-editions';
import { say } from '../content/wording';
import { deadline } from '../engine/deadline';
import { evaluate } from '../engine/evaluate';
import { isPastRetention } from '../retention';
import { isSwitchedOff } from '../switches/is-switched-off';
import type { SwitchedOff, Switches } from '../switches/switches';
import { readerOf } from '../views/reader';
import { handoverOf } from './handover';
import { findByDigest } from './assessment-store';
import { reachedAt, type PinnedAssessment } from './assessments';

export interface SymptomChecksDeps {
  database: Database<TriageTables>;
  editions: Pick<ContentEditions, 'find'>;
  switches: Pick<Switches, 'read'>;
  now: () => Date;
}

/** Symptom checks as whoever books asks for them: by the same rules as the person is told them. */
export function symptomChecks({ database, editions, switches, now }: SymptomChecksDeps): SymptomChecks {
  const session = readSession(database);
  const readSwitches = coalesce<string, SwitchedOff>(async (digests) => {
    const off = await switches.read();
    return new Map(digests.map((digest) => [digest, off]));
  });
  return {
    async find(digest) {
      const [record, off] = await Promise.all([findByDigest(session, digest), readSwitches(digest)]);
      if (record === null || isPastRetention(record.expiresAt, record.isCompleted, now())) return null;
      const edition = await editions.find(record.pathwayId, record.contentHash);
      if (edition === null) return null;
      const { pathwayId, subject, expiresAt } = record;
      const result = resultOf({ ...edition, record }, off);
      return { pathwayId, subject, expiresAt, result, handover: handoverOf(record, edition.content) };
    },
  };
}

function resultOf(
  { record, pathway, content }: Omit<PinnedAssessment, 'off'>,
  off: SwitchedOff,
): CheckResult {
  const reader = readerOf(record);
  const evaluation = evaluate(pathway, record.subject, record.answers);
  if (isSwitchedOff(pathway, evaluation, off))
    return { kind: 'SWITCHED_OFF', advice: say(content.switchedOff, reader) };
  if (evaluation.kind === 'question') return { kind: 'UNFINISHED' };
  const { id, title, timeframe } = evaluation.disposition;
  return {
    kind: 'OUTCOME',
    dispositionId: id,
    title: say(title, reader),
    deadline: deadline(reachedAt(record), timeframe),
  };
}
