import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { assessmentDigest } from '../domain/assessment-digest';
import { ageInMonths, londonDate, type CalendarDate } from '../domain/london-time';
import type { DatabaseSettings } from '../platform/database/database';
import { assessmentStore, type AssessmentRecord } from '../subgraphs/triage/assessment/assessment-store';
import { symptomChecks } from '../subgraphs/triage/assessment/symptom-checks';
import { contentEditions } from '../subgraphs/triage/content/content-editions';
import { loadContent } from '../subgraphs/triage/content/load-content';
import { openTriageDatabase } from '../subgraphs/triage/database/open-database';
import { switches } from '../subgraphs/triage/switches/switches';
import { CASE_STUDY, THROUGH_FEVER } from './triage-case-study';

/** Symptom checks on triage's own store: of children who came to see a GP within 6 hours, as in the case study. */
export async function keptChecks(settings: DatabaseSettings, now: () => Date) {
  const content = loadContent();
  const pathway = content.pathways.get('child-rash');
  if (pathway === undefined) throw new Error('There is no symptom check for rashes of children.');
  const database = await openTriageDatabase(settings);
  const store = assessmentStore(database.db);
  const killSwitches = switches(database, now, pino({ level: 'silent' }));
  const editions = contentEditions(database.db, content, 'demo');
  const { id: pathwayId, version: contentVersion, hash: contentHash } = pathway;

  return {
    checks: symptomChecks({ database, editions, switches: killSwitches, now }),
    store,

    /** Changes that make it a check that began with a fever, and was led on to the questions about the rash. */
    throughFever(): Pick<AssessmentRecord, 'pathwayId' | 'contentVersion' | 'contentHash' | 'answers'> {
      const fever = content.pathways.get('child-fever');
      if (fever === undefined) throw new Error('There is no symptom check for fevers of children.');
      const answers = THROUGH_FEVER.map((answer) => ({
        ...answer,
        optionIds: [...answer.optionIds],
        answeredAt: now(),
      }));
      return { pathwayId: fever.id, contentVersion: fever.version, contentHash: fever.hash, answers };
    },

    switches: killSwitches,
    close: () => database.close(),

    /** Keeps a finished check. @returns its record and the digest of its id */
    async keep(
      dateOfBirth: CalendarDate,
      changes: Partial<AssessmentRecord> = {},
    ): Promise<{ record: AssessmentRecord; digest: string }> {
      const id = randomBytes(24).toString('base64url');
      const at = now();
      const months = ageInMonths(dateOfBirth, londonDate(at));
      const subject = { relationship: 'CHILD', dateOfBirth, sex: 'MALE', ageInDays: months * 30 } as const;
      const record: AssessmentRecord = {
        id,
        revision: 1,
        pathwayId,
        contentVersion,
        contentHash,
        subject: { ...subject, ageInMonths: months },
        place: null,
        declaredPractice: null,
        answers: CASE_STUDY.map((answer) => ({
          ...answer,
          optionIds: [...answer.optionIds],
          answeredAt: at,
        })),
        droppedAnswers: [],
        amendedAnswers: [],
        earlierEmergency: null,
        startedAt: at,
        expiresAt: new Date(at.getTime() + 4 * 60 * 60_000),
        locale: 'en-GB',
        isCompleted: true,
        ...changes,
      };
      const source = { name: id, most: 1 };
      const check = { ...record, practice: null, at, source };
      await store.insert(record, { scope: 'test', key: id, inputDigest: id }, check);
      return { record, digest: assessmentDigest(id) };
    },
  };
}
