import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { testDatabases } from '../../../tests/databases';
import { ANONYMOUS, type Caller } from '../../../domain/caller';
import type { PlaceLookup } from '../../../domain/place-lookup';
import { openDatabase, type Database, type DatabaseSettings } from '../../../platform/database/database';
import { assessmentStore } from './assessment-store';
import { assessments, type Assessments } from './assessments';
import { CASE_STUDY, caseStudyUntil } from '../../../tests/triage-case-study';
import { contentEditions, keepContent } from '../content/content-editions';
import { CONTENT_FOLDER, contentFrom, loadContent } from '../content/load-content';
import { readContentFiles } from '../content/content-files';
import type { QuestionAnswer } from '../engine/evaluate';
import { triageMigrations } from '../database/migrations';
import { type TriageTables } from '../database/tables';
import type { StartInput } from './start-request';
import { switches } from '../switches/switches';

const silent = pino({ level: 'silent' });
const MINUTE = 60_000;
const START = new Date('2026-03-02T14:00:00Z');

const places: PlaceLookup = {
  find: (postcode) =>
    Promise.resolve(
      postcode === 'LS1 4AP'
        ? {
            kind: 'found',
            place: { postcode, latitude: 53.795, longitude: -1.548, precision: 'UNIT_POSTCODE' },
          }
        : { kind: postcode === 'ZE1 0AA' ? 'unknown' : 'malformed' },
    ),
};

const caller: Caller = { kind: 'patient', id: 'caller-0123456789abcdef', proofing: 'P9', actsFor: [] };

describe.each(testDatabases())('assessments on $name', (kind) => {
  let settings: DatabaseSettings;
  let database: Database<TriageTables>;
  let service: Assessments;
  let now = START;

  beforeAll(async () => {
    settings = await kind.settings();
    database = await openDatabase<TriageTables>(settings, 'triage', triageMigrations);
    service = await serviceWith(loadContent());
  });
  beforeEach(() => {
    now = START;
  });
  afterAll(() => database.close());

  describe('start', () => {
    it('gives an unguessable id, the first revision and four hours', async () => {
      const { record } = await started();
      expect(record.id).toMatch(/^[A-Za-z0-9_-]{32}$/);
      expect(record).toMatchObject({
        revision: 1,
        contentVersion: '1.1.0',
        answers: [],
        subject: { relationship: 'CHILD', dateOfBirth: '2020-03-02', ageInMonths: 72, ageInDays: 2191 },
        expiresAt: new Date('2026-03-02T18:00:00Z'),
      });
      expect((await started()).record.id).not.toBe(record.id);
    });

    it('keeps where the person is and where they say they are registered', async () => {
      const { record } = await started({
        place: { postcode: 'LS1 4AP' },
        registeredPracticeOdsCode: 'b86030',
      });
      const found = await service.find(record.id);
      expect(found?.record).toEqual(record);
      expect(found?.record).toMatchObject({
        place: { postcode: 'LS1 4AP', precision: 'UNIT_POSTCODE' },
        declaredPractice: 'B86030',
      });
    });

    it('gives the same assessment for the same key and input, with the answers given meanwhile', async () => {
      const same = input();
      const first = await started(same);
      await answerAll(first.record.id, CASE_STUDY.slice(0, 2));
      now = new Date(START.getTime() + 10 * MINUTE);
      const again = await started(same);
      expect(again.record).toMatchObject({ id: first.record.id, revision: 3, startedAt: START });
    });

    it('gives one assessment to many starts at once', async () => {
      const same = input();
      const all = await Promise.all(Array.from({ length: 8 }, () => started(same)));
      expect(new Set(all.map(({ record }) => record.id)).size).toBe(1);
    });

    it('refuses a key that was used with other input', async () => {
      const first = input();
      await started(first);
      const other = { ...first, registeredPracticeOdsCode: 'B86030' };
      expect(await service.start(other, ANONYMOUS)).toMatchObject({
        kind: 'invalid',
        faults: { 'input.idempotencyKey': { code: 'IDEMPOTENCY_KEY_REUSED' } },
      });
    });

    it('keeps the keys of different callers apart', async () => {
      const same = input();
      const anonymous = await started(same);
      const known = await service.start(same, caller);
      expect(known.kind === 'assessment' && known.assessment.record.id).not.toBe(anonymous.record.id);
    });

    it('keeps apart those who are not signed in, at different addresses', async () => {
      const same = input();
      const ids = [];
      for (const source of ['192.0.2.1', '192.0.2.2']) {
        const answer = await service.start(same, ANONYMOUS, source);
        ids.push(answer.kind === 'assessment' && answer.assessment.record.id);
      }
      expect(new Set(ids).size).toBe(2);
    });

    it.each(['start-assessment-1', '1111111111111111', '2026-03-02T14:00:00.000Z', 'x'.repeat(31)])(
      'takes the key %s, which others may write too, from those alone who are signed in',
      async (idempotencyKey) => {
        expect(await service.start(input({ idempotencyKey }), ANONYMOUS)).toMatchObject({
          kind: 'invalid',
          faults: { 'input.idempotencyKey': { code: 'NOT_AN_IDEMPOTENCY_KEY' } },
        });
        expect((await service.start(input({ idempotencyKey }), caller)).kind).toBe('assessment');
      },
    );

    it('ends a key with its symptom check', async () => {
      const same = input();
      const first = await started(same);
      now = new Date(first.record.expiresAt.getTime() - 1);
      expect((await started(same)).record.id).toBe(first.record.id);
      now = first.record.expiresAt;
      const second = await started(same);
      expect(second.record.id).not.toBe(first.record.id);
      expect(second.record.expiresAt > now).toBe(true);
      expect((await started(same)).record.id).toBe(second.record.id);
    });

    it('turns away a child under 5, and stores nothing', async () => {
      const before = await count();
      const subject = { relationship: 'CHILD', dateOfBirth: '2022-03-01', sex: 'MALE' } as const;
      expect(await service.start(input({ subject }), ANONYMOUS)).toMatchObject({
        kind: 'refused',
        refusal: { disposition: { id: 'call-111' } },
      });
      expect(await count()).toBe(before);
    });

    it('names every problem at once, and stores nothing', async () => {
      const before = await count();
      const result = await service.start(
        {
          pathwayId: 'childs-rash',
          subject: { relationship: 'SELF', dateOfBirth: '2026-03-03', sex: 'FEMALE' },
          place: { postcode: 'ZE1 0AA' },
          registeredPracticeOdsCode: 'B8',
          idempotencyKey: 'short',
        },
        ANONYMOUS,
      );
      expect(result.kind === 'invalid' && Object.keys(result.faults).sort()).toEqual([
        'input.idempotencyKey',
        'input.pathwayId',
        'input.place.postcode',
        'input.registeredPracticeOdsCode',
        'input.subject.dateOfBirth',
      ]);
      expect(await count()).toBe(before);
    });
  });

  describe('find', () => {
    it('is null for an id that nobody was given, however it is written', async () => {
      for (const id of ['', 'A'.repeat(32), 'not-an-id', '\0'.repeat(32), 'A'.repeat(100_000)])
        expect(await service.find(id)).toBeNull();
    });

    it('still shows what was advised after the assessment has expired', async () => {
      const { record } = await started();
      now = new Date(START.getTime() + 300 * MINUTE);
      expect((await service.find(record.id))?.record).toEqual(record);
    });

    it('shows the content that the assessment is pinned to, when other content was deployed since', async () => {
      const { record } = await started();
      const later = await serviceWith(otherContent());
      const found = await later.find(record.id);
      expect(found?.pathway.hash).toBe(record.contentHash);
      expect(found?.pathway.hash).not.toBe(otherContent().pathways.get('child-rash')!.hash);
    });
  });

  describe('answer', () => {
    it('goes from question to question, one revision an answer', async () => {
      const { record } = await started();
      const last = await answerAll(record.id, CASE_STUDY);
      expect(last.revision).toBe(1 + CASE_STUDY.length);
      expect(last.answers.map(({ questionId, optionIds }) => ({ questionId, optionIds }))).toEqual(
        CASE_STUDY,
      );
      expect((await service.find(record.id))?.record).toEqual(last);
    });

    it('keeps when each answer was given', async () => {
      const { record } = await started();
      await answerAll(record.id, CASE_STUDY.slice(0, 1));
      now = new Date(START.getTime() + 5 * MINUTE);
      const { answers } = await answerAll(record.id, CASE_STUDY.slice(1, 2));
      expect(answers.map(({ answeredAt }) => answeredAt)).toEqual([START, now]);
    });

    it('lists what an earlier answer that is changed makes superfluous, until the next change', async () => {
      const { record } = await started();
      await answerAll(record.id, CASE_STUDY);
      const changed = await answerAll(record.id, [{ questionId: 'child-rash.fever', optionIds: ['no'] }]);
      expect(changed.answers).toHaveLength(4);
      expect(changed.droppedAnswers.map(({ questionId }) => questionId)).toEqual(
        CASE_STUDY.slice(4).map(({ questionId }) => questionId),
      );
      const next = await answerAll(record.id, [{ questionId: 'child-rash.rash-type', optionIds: ['itchy'] }]);
      expect(next.droppedAnswers).toEqual([]);
    });

    it('counts the same answer again as no change', async () => {
      const { record } = await started();
      const before = await answerAll(record.id, CASE_STUDY);
      now = new Date(START.getTime() + 30 * MINUTE);
      expect(await answerAll(record.id, CASE_STUDY.slice(-1))).toEqual(before);
    });

    it('lets one of two devices win, and shows the other where things stand', async () => {
      const { record } = await started();
      const both = await Promise.all(
        [['none'], ['fitting']].map((optionIds) =>
          service.answer({
            assessmentId: record.id,
            questionId: 'emergency.screen',
            optionIds,
            expectedRevision: 1,
          }),
        ),
      );
      expect(both.map(({ kind }) => kind).sort()).toEqual(['assessment', 'stale']);
      const stored = (await service.find(record.id))?.record;
      const winner = both.find((result) => result.kind === 'assessment');
      const loser = both.find((result) => result.kind === 'stale');
      expect(winner?.assessment.record).toEqual(stored);
      expect(loser?.current.record).toEqual(stored);
    });

    it.each([0, 2, -1])('refuses revision %d of an assessment at revision 1', async (expectedRevision) => {
      const { record } = await started();
      const answer = {
        assessmentId: record.id,
        questionId: 'emergency.screen',
        optionIds: ['none'],
        expectedRevision,
      };
      expect(await service.answer(answer)).toMatchObject({
        kind: 'stale',
        current: { record: { revision: 1 } },
      });
    });

    it('takes an answer up to the moment of expiry, and none from then on', async () => {
      const { record } = await started();
      now = new Date(record.expiresAt.getTime() - 1);
      await answerAll(record.id, CASE_STUDY.slice(0, 1));
      now = record.expiresAt;
      const late = { assessmentId: record.id, ...CASE_STUDY[1]!, optionIds: ['none'], expectedRevision: 2 };
      expect(await service.answer(late)).toEqual({ kind: 'expired', at: record.expiresAt });
    });

    it('goes on by the content that it began with, when other content was deployed meanwhile', async () => {
      const { record } = await started();
      const later = await serviceWith(otherContent());
      const answer = { assessmentId: record.id, questionId: 'emergency.screen', optionIds: ['none'] };
      const first = await later.answer({ ...answer, expectedRevision: 1 });
      expect(first).toMatchObject({
        kind: 'assessment',
        assessment: { pathway: { hash: record.contentHash }, record: { revision: 2 } },
      });
      const fresh = await later.start(input(), ANONYMOUS);
      expect(fresh.kind === 'assessment' && fresh.assessment.record.contentHash).not.toBe(record.contentHash);
    });

    it('has been withdrawn where its content is not there any more, and says so', async () => {
      const { record } = await started();
      await database.db
        .updateTable('triage_assessment')
        .set({ content_hash: 'gone' })
        .where('id', '=', record.id)
        .execute();
      const answer = { assessmentId: record.id, questionId: 'emergency.screen', optionIds: ['none'] };
      expect(await service.answer({ ...answer, expectedRevision: 1 })).toEqual({
        kind: 'withdrawn',
        at: now,
      });
      expect(await service.find(record.id)).toBeNull();
    });

    it('is not stored when ten thousand answers come at once', async () => {
      const { record } = await started();
      const optionIds = Array.from({ length: 10_000 }, (_, index) => `option-${index}`);
      const answer = {
        assessmentId: record.id,
        questionId: 'emergency.screen',
        optionIds,
        expectedRevision: 1,
      };
      expect(await service.answer(answer)).toMatchObject({ kind: 'invalid' });
      expect((await service.find(record.id))?.record).toEqual(record);
    });

    it('is counted as completed while there is an outcome, and only then', async () => {
      const { record } = await started();
      const counted = () =>
        database.db
          .selectFrom('triage_assessment')
          .select(['started_day', 'age_band', 'completed_at', 'disposition_id'])
          .where('id', '=', record.id)
          .executeTakeFirstOrThrow();
      expect(await counted()).toEqual({
        started_day: '2026-03-02',
        age_band: '5 to 15',
        completed_at: null,
        disposition_id: null,
      });
      await answerAll(record.id, CASE_STUDY);
      expect(await counted()).toMatchObject({ completed_at: START.getTime(), disposition_id: 'gp-6h' });
      await answerAll(record.id, [{ questionId: 'child-rash.chickenpox', optionIds: ['yes'] }]);
      expect(await counted()).toMatchObject({ completed_at: null, disposition_id: null });
    });

    it('finds nothing for an id that nobody was given', async () => {
      const answer = { questionId: 'emergency.screen', optionIds: ['none'], expectedRevision: 1 };
      for (const assessmentId of ['A'.repeat(32), "' or 1=1 --"])
        expect(await service.answer({ assessmentId, ...answer })).toEqual({ kind: 'not-found' });
    });

    it.each([
      ['a question that the pathway has not', 'child-rash.itch', ['yes'], ['input.questionId']],
      ['a question of another pathway', 'cough.fever', ['yes'], ['input.questionId']],
      ['a question that is not asked yet', 'child-rash.fever', ['yes'], ['input.questionId']],
      ['an option of another question', 'emergency.screen', ['stiff-neck'], ['input.optionIds']],
      ['"none" together with a tick', 'emergency.screen', ['none', 'fitting'], ['input.optionIds']],
      ['both at once', 'child-rash.fever', ['fitting'], ['input.optionIds', 'input.questionId']],
    ])('refuses %s, and stores nothing', async (_, questionId, optionIds, paths) => {
      const { record } = await started();
      const result = await service.answer({
        assessmentId: record.id,
        questionId,
        optionIds,
        expectedRevision: 1,
      });
      expect(result.kind === 'invalid' && Object.keys(result.faults).sort()).toEqual(paths);
      expect((await service.find(record.id))?.record).toEqual(record);
    });

    it('refuses a question that a changed answer has taken off the way', async () => {
      const { record } = await started();
      await answerAll(record.id, caseStudyUntil('child-rash.red-flags', ['stiff-neck']));
      const next = {
        assessmentId: record.id,
        questionId: 'child-rash.urgent-signs',
        optionIds: ['none'],
        expectedRevision: 3,
      };
      expect(await service.answer(next)).toMatchObject({ kind: 'invalid' });
    });
  });

  describe('the kill switch', () => {
    const begun = { questionId: 'emergency.screen', optionIds: ['none'], expectedRevision: 1 };
    afterEach(async () => {
      for (const pathwayId of ['child-rash', null]) await flip(pathwayId, false);
    });

    it.each([['child-rash'], [null]])(
      'of %s stops it in every process with the next request',
      async (scope) => {
        const { record } = await started();
        // Another process: a connection of its own.
        const other = await openDatabase<TriageTables>(settings, 'triage', triageMigrations);
        const elsewhere = await serviceWith(loadContent(), other);
        await flip(scope, true);
        for (const each of [service, elsewhere]) {
          expect(await each.start(input(), ANONYMOUS)).toMatchObject({ kind: 'switched-off' });
          expect(await each.answer({ assessmentId: record.id, ...begun })).toMatchObject({
            kind: 'switched-off',
          });
          expect(await each.find(record.id)).toMatchObject({ off: true });
        }
        expect((await service.find(record.id))?.record).toEqual(record);
        await other.close();
      },
    );

    it('leaves other pathways alone, and lets go on when it is on again', async () => {
      const { record } = await started();
      await flip('cough', true);
      expect((await service.find(record.id))?.off).toBe(false);
      await flip('child-rash', true);
      await flip('child-rash', false);
      expect(await service.answer({ assessmentId: record.id, ...begun })).toMatchObject({
        kind: 'assessment',
      });
    });
  });

  function flip(pathwayId: string | null, off: boolean): Promise<void> {
    const set = switches(database, () => now, silent).set;
    return set({ pathwayId, off, reason: 'a test', by: 'operator-0123456789' });
  }

  async function serviceWith(content: ReturnType<typeof loadContent>, on = database): Promise<Assessments> {
    const { db } = on;
    await keepContent(db, content, () => now);
    return assessments({
      store: assessmentStore(db),
      editions: contentEditions(db, content, 'demo'),
      switches: switches(on, () => now, silent),
      places,
      now: () => now,
    });
  }

  async function started(overrides: Partial<StartInput> = {}) {
    const result = await service.start(input(overrides), ANONYMOUS);
    if (result.kind !== 'assessment') throw new Error(`The start answered ${result.kind}.`);
    return result.assessment;
  }

  async function answerAll(assessmentId: string, answers: readonly QuestionAnswer[]) {
    for (const { questionId, optionIds } of answers) {
      const expectedRevision = (await service.find(assessmentId))!.record.revision;
      const result = await service.answer({
        assessmentId,
        questionId,
        optionIds: [...optionIds],
        expectedRevision,
      });
      if (result.kind !== 'assessment') throw new Error(`The answer to ${questionId} was ${result.kind}.`);
    }
    return (await service.find(assessmentId))!.record;
  }

  async function count(): Promise<number> {
    const rows = await database.db.selectFrom('triage_assessment').select('id').execute();
    return rows.length;
  }
});

function input(overrides: Partial<StartInput> = {}): StartInput {
  return {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth: '2020-03-02', sex: 'MALE' },
    idempotencyKey: randomUUID(),
    ...overrides,
  };
}

function otherContent() {
  const files = readContentFiles(CONTENT_FOLDER);
  return contentFrom(files.set('texts.yaml', `${files.get('texts.yaml')!}# A new edition.\n`));
}
