import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { testDatabases } from '../../../tests/databases';
import { ANONYMOUS, type Caller } from '../../../domain/caller';
import { keyedDigest } from '../../../domain/secret';
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

const digestDevice = keyedDigest(new Uint8Array(32));
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

  describe('whereabouts of a symptom check that was begun without them', () => {
    it('are added, one at a time, and change neither answers nor outcome', async () => {
      const { record } = await started();
      await answerAll(record.id, CASE_STUDY);
      const before = (await service.find(record.id))!.record;
      const placed = await service.setWhereabouts({
        assessmentId: record.id,
        place: { postcode: 'LS1 4AP' },
        expectedRevision: before.revision,
      });
      expect(placed).toMatchObject({ assessment: { record: { place: { postcode: 'LS1 4AP' } } } });
      await service.setWhereabouts({
        assessmentId: record.id,
        registeredPracticeOdsCode: 'b86030',
        expectedRevision: before.revision + 1,
      });
      const after = (await service.find(record.id))!.record;
      const { place } = after;
      expect(place).toMatchObject({ postcode: 'LS1 4AP' });
      expect(after).toEqual({
        ...before,
        revision: before.revision + 2,
        place,
        declaredPractice: 'B86030',
      });
    });

    it.each([
      ['nothing', {}, 'input.place', 'POSTCODE_REQUIRED'],
      ['no postcode', { place: { postcode: 'nowhere' } }, 'input.place.postcode', 'NOT_A_POSTCODE'],
      ['an unknown one', { place: { postcode: 'ZE1 0AA' } }, 'input.place.postcode', 'UNKNOWN_POSTCODE'],
      [
        'a bad practice',
        { registeredPracticeOdsCode: '?' },
        'input.registeredPracticeOdsCode',
        'NOT_AN_ODS_CODE',
      ],
    ])('are refused by name: %s', async (_, whereabouts, path, code) => {
      const { record } = await started();
      const answer = await service.setWhereabouts({
        assessmentId: record.id,
        ...whereabouts,
        expectedRevision: 1,
      });
      expect(answer).toMatchObject({ kind: 'invalid', faults: { [path]: { code } } });
      expect((await service.find(record.id))?.record).toEqual(record);
    });

    it('are those of one of two devices, and of none after four hours', async () => {
      const { record } = await started();
      const input = { assessmentId: record.id, place: { postcode: 'LS1 4AP' }, expectedRevision: 1 };
      const both = await Promise.all([service.setWhereabouts(input), service.setWhereabouts(input)]);
      expect(both.map(({ kind: each }) => each).sort()).toEqual(['assessment', 'stale']);
      now = new Date(START.getTime() + 240 * MINUTE);
      expect(await service.setWhereabouts({ ...input, expectedRevision: 2 })).toMatchObject({
        kind: 'expired',
      });
    });
  });

  describe('start', () => {
    it('gives an unguessable id, the first revision and four hours', async () => {
      const { record } = await started();
      expect(record.id).toMatch(/^[A-Za-z0-9_-]{32}$/);
      expect(record).toMatchObject({
        revision: 1,
        contentVersion: '1.2.0',
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

  describe('an emergency that is taken back', () => {
    const fitting = { questionId: 'emergency.screen', optionIds: ['fitting'] };
    const none = { questionId: 'emergency.screen', optionIds: ['none'] };

    it('needs a confirmation, and changes nothing without one', async () => {
      const { record } = await started();
      const emergency = await answerAll(record.id, [fitting]);
      const change = { assessmentId: record.id, ...none, expectedRevision: emergency.revision };
      for (const confirmLessUrgent of [undefined, null, false])
        expect(await service.answer({ ...change, confirmLessUrgent })).toMatchObject({
          kind: 'confirm-less-urgent',
          current: { record: emergency },
        });
      expect((await service.find(record.id))?.record).toEqual(emergency);
      expect(await service.answer({ ...change, confirmLessUrgent: true })).toMatchObject({
        kind: 'assessment',
        assessment: { record: { revision: emergency.revision + 1, answers: [none] } },
      });
    });

    it('stays in the history with its times, its outcome and the confirmation', async () => {
      const { record } = await started();
      await answerAll(record.id, [fitting]);
      now = new Date(START.getTime() + 5 * MINUTE);
      const change = { assessmentId: record.id, ...none, expectedRevision: 2, confirmLessUrgent: true };
      await service.answer(change);
      expect((await answerAll(record.id, CASE_STUDY.slice(1))).amendedAnswers).toEqual([
        {
          ...fitting,
          answeredAt: START,
          amendedAt: now,
          revision: 3,
          change: 'CHANGED',
          decided: 'ambulance',
          confirmed: true,
        },
      ]);
    });

    it('is asked about when an earlier answer drops it, and is in the history as dropped', async () => {
      const { record } = await started({ pathwayId: 'child-fever' });
      const { revision } = await answerAll(record.id, [
        { questionId: 'emergency.screen', optionIds: ['none'] },
        { questionId: 'child-fever.red-flags', optionIds: ['none'] },
        { questionId: 'child-fever.rash', optionIds: ['yes'] },
        { questionId: 'child-rash.red-flags', optionIds: ['stiff-neck'] },
      ]);
      const change = { questionId: 'child-fever.rash', optionIds: ['no'], expectedRevision: revision };
      const asked = await service.answer({ assessmentId: record.id, ...change });
      expect(asked.kind).toBe('confirm-less-urgent');
      await service.answer({ assessmentId: record.id, ...change, confirmLessUrgent: true });
      expect((await service.find(record.id))?.record.amendedAnswers).toMatchObject([
        { questionId: 'child-fever.rash', change: 'CHANGED', decided: null, confirmed: false },
        {
          questionId: 'child-rash.red-flags',
          optionIds: ['stiff-neck'],
          change: 'DROPPED',
          decided: expect.stringMatching(/^ambulance/) as string,
          confirmed: true,
        },
      ]);
    });

    it('needs none from one emergency to another that is as urgent', async () => {
      const { record } = await started();
      const { revision } = await answerAll(record.id, [fitting]);
      const other = { questionId: 'emergency.screen', optionIds: ['heavy-bleeding'] };
      const result = await service.answer({ assessmentId: record.id, ...other, expectedRevision: revision });
      expect(result).toMatchObject({
        kind: 'assessment',
        assessment: {
          record: {
            revision: revision + 1,
            answers: [{ optionIds: ['heavy-bleeding'] }],
            amendedAnswers: [{ optionIds: ['fitting'], decided: 'ambulance', confirmed: false }],
          },
        },
      });
    });
  });

  it('keeps answers that a change drops, oldest first', async () => {
    const { record } = await started();
    await answerAll(record.id, CASE_STUDY);
    const { amendedAnswers } = await answerAll(record.id, [
      { questionId: 'child-rash.fever', optionIds: ['no'] },
    ]);
    expect(amendedAnswers.map(({ questionId, change }) => [questionId, change])).toEqual([
      ['child-rash.fever', 'CHANGED'],
      ...CASE_STUDY.slice(4).map(({ questionId }) => [questionId, 'DROPPED']),
    ]);
  });

  describe('a start soon after an emergency', () => {
    const fitting = [{ questionId: 'emergency.screen', optionIds: ['fitting'] }];
    const HOUR = 60 * MINUTE;
    const startAgain = async (by: Partial<StartInput>, as: Caller = ANONYMOUS) => {
      const result = await service.start(input(by), as);
      return result.kind === 'assessment' ? result.assessment.record.earlierEmergency : result.kind;
    };
    const known = { at: START, dispositionId: 'ambulance' };

    it('is recognised by the device for twelve hours, and not after', async () => {
      const deviceToken = randomUUID();
      await answerAll((await started({ deviceToken })).record.id, fitting);
      now = new Date(START.getTime() + 12 * HOUR);
      expect(await startAgain({ deviceToken, pathwayId: 'child-fever' })).toEqual(known);
      now = new Date(now.getTime() + 1);
      expect(await startAgain({ deviceToken })).toBeNull();
    });

    it('is recognised by the signed-in person, also when the emergency was taken back', async () => {
      const mother: Caller = { ...caller, id: `caller-${randomUUID()}` };
      const first = await service.start(input(), mother);
      if (first.kind !== 'assessment') throw new Error(first.kind);
      const { id } = first.assessment.record;
      await answerAll(id, fitting);
      const none = { questionId: 'emergency.screen', optionIds: ['none'], confirmLessUrgent: true };
      await service.answer({ assessmentId: id, expectedRevision: 2, ...none });
      expect(await startAgain({}, mother)).toEqual(known);
    });

    it('is not recognised for another person, on another device, or without either', async () => {
      const deviceToken = randomUUID();
      await answerAll((await started({ deviceToken })).record.id, fitting);
      const subject = { relationship: 'CHILD', dateOfBirth: '2019-01-01', sex: 'MALE' } as const;
      expect(await startAgain({ deviceToken, subject })).toBeNull();
      expect(await startAgain({ deviceToken: randomUUID() })).toBeNull();
      expect(await startAgain({})).toBeNull();
    });

    it('keeps nothing of the device but a digest, and refuses one that could be guessed', async () => {
      const deviceToken = randomUUID();
      const { record } = await started({ deviceToken });
      const row = await database.db
        .selectFrom('triage_assessment')
        .select(['repeat_device', 'repeat_caller'])
        .where('id', '=', record.id)
        .executeTakeFirstOrThrow();
      expect(row).toEqual({
        repeat_device: digestDevice(JSON.stringify([deviceToken, '2020-03-02'])),
        repeat_caller: null,
      });
      expect(await service.start(input({ deviceToken: 'x'.repeat(21) }), ANONYMOUS)).toMatchObject({
        kind: 'invalid',
        faults: { 'input.deviceToken': { code: 'NOT_AN_IDEMPOTENCY_KEY' } },
      });
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
        try {
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
        } finally {
          await other.close();
        }
      },
    );

    it('holds for what is led to from another pathway: no question, no answer, no outcome', async () => {
      const { record } = await started({ pathwayId: 'child-fever' });
      const toRash = [
        { questionId: 'emergency.screen', optionIds: ['none'] },
        { questionId: 'child-fever.red-flags', optionIds: ['none'] },
        { questionId: 'child-fever.rash', optionIds: ['yes'] },
      ];
      await answerAll(record.id, toRash.slice(0, 2));
      await flip('child-rash', true);
      expect((await service.find(record.id))?.off).toBe(false);
      const led = await service.answer({ assessmentId: record.id, ...toRash[2]!, expectedRevision: 3 });
      expect(led).toMatchObject({ kind: 'assessment', assessment: { off: true } });
      expect(await service.find(record.id)).toMatchObject({ off: true });
      const next = { questionId: 'child-rash.red-flags', optionIds: ['none'], expectedRevision: 4 };
      expect(await service.answer({ assessmentId: record.id, ...next })).toMatchObject({
        kind: 'switched-off',
      });
    });

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
      digestDevice,
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
