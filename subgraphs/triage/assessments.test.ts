import { randomUUID } from 'node:crypto';
import { testDatabases } from '../../tests/databases';
import { ANONYMOUS, type Caller } from '../../domain/caller';
import type { PlaceLookup } from '../../domain/place';
import { openDatabase, type Database } from '../database';
import { assessmentStore } from './assessment-store';
import { assessments, type Assessments } from './assessments';
import { CASE_STUDY, caseStudyUntil } from '../../tests/triage-case-study';
import { CONTENT_FOLDER, contentFrom, loadContent } from './content/load-content';
import { readContentFiles } from './content/content-files';
import type { Answer } from './engine/evaluate';
import { triageMigrations, type TriageTables } from './migrations';
import type { StartInput } from './start-request';

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
  let database: Database<TriageTables>;
  let service: Assessments;
  let now: Date;

  beforeAll(async () => {
    database = await openDatabase<TriageTables>(await kind.settings(), 'triage', triageMigrations);
    service = serviceWith(loadContent());
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
        contentVersion: '1.0.0',
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
      await answered(first.record.id, CASE_STUDY.slice(0, 2));
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
        faults: { 'input.idempotencyKey': expect.stringMatching(/another assessment/) as string },
      });
    });

    it('keeps the keys of different callers apart', async () => {
      const same = input();
      const anonymous = await started(same);
      const known = await service.start(same, caller);
      expect(known.kind === 'assessment' && known.assessment.record.id).not.toBe(anonymous.record.id);
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

    it('is null once the content that the assessment is pinned to was replaced', async () => {
      const { record } = await started();
      expect(await serviceWith(otherContent()).find(record.id)).toBeNull();
    });
  });

  describe('answer', () => {
    it('goes from question to question, one revision an answer', async () => {
      const { record } = await started();
      const last = await answered(record.id, CASE_STUDY);
      expect(last.revision).toBe(1 + CASE_STUDY.length);
      expect(last.answers.map(({ questionId, optionIds }) => ({ questionId, optionIds }))).toEqual(
        CASE_STUDY,
      );
      expect((await service.find(record.id))?.record).toEqual(last);
    });

    it('keeps when each answer was given', async () => {
      const { record } = await started();
      await answered(record.id, CASE_STUDY.slice(0, 1));
      now = new Date(START.getTime() + 5 * MINUTE);
      const { answers } = await answered(record.id, CASE_STUDY.slice(1, 2));
      expect(answers.map(({ answeredAt }) => answeredAt)).toEqual([START, now]);
    });

    it('lists what an earlier answer that is changed makes superfluous, until the next change', async () => {
      const { record } = await started();
      await answered(record.id, CASE_STUDY);
      const changed = await answered(record.id, [{ questionId: 'child-rash.fever', optionIds: ['no'] }]);
      expect(changed.answers).toHaveLength(4);
      expect(changed.droppedAnswers.map(({ questionId }) => questionId)).toEqual(
        CASE_STUDY.slice(4).map(({ questionId }) => questionId),
      );
      const next = await answered(record.id, [{ questionId: 'child-rash.rash-type', optionIds: ['itchy'] }]);
      expect(next.droppedAnswers).toEqual([]);
    });

    it('counts the same answer again as no change', async () => {
      const { record } = await started();
      const before = await answered(record.id, CASE_STUDY);
      now = new Date(START.getTime() + 30 * MINUTE);
      expect(await answered(record.id, CASE_STUDY.slice(-1))).toEqual(before);
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
      await answered(record.id, CASE_STUDY.slice(0, 1));
      now = record.expiresAt;
      const late = { assessmentId: record.id, ...CASE_STUDY[1]!, optionIds: ['none'], expectedRevision: 2 };
      expect(await service.answer(late)).toEqual({ kind: 'expired', at: record.expiresAt });
    });

    it('has expired for content that was replaced meanwhile', async () => {
      const { record } = await started();
      const answer = {
        assessmentId: record.id,
        questionId: 'emergency.screen',
        optionIds: ['none'],
        expectedRevision: 1,
      };
      expect(await serviceWith(otherContent()).answer(answer)).toEqual({ kind: 'expired', at: now });
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
      await answered(record.id, caseStudyUntil('child-rash.red-flags', ['stiff-neck']));
      const next = {
        assessmentId: record.id,
        questionId: 'child-rash.urgent-signs',
        optionIds: ['none'],
        expectedRevision: 3,
      };
      expect(await service.answer(next)).toMatchObject({ kind: 'invalid' });
    });
  });

  function serviceWith(content: ReturnType<typeof loadContent>): Assessments {
    return assessments({ store: assessmentStore(database.db), content, places, now: () => now });
  }

  async function started(overrides: Partial<StartInput> = {}) {
    const result = await service.start(input(overrides), ANONYMOUS);
    if (result.kind !== 'assessment') throw new Error(`The start answered ${result.kind}.`);
    return result.assessment;
  }

  async function answered(assessmentId: string, answers: readonly Answer[]) {
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
