import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { ANONYMOUS, type Caller } from '../../domain/caller';
import { manualTimers } from '../../domain/manual-timers';
import type { PlaceLookup } from '../../domain/place-lookup';
import { testDatabases } from '../../tests/databases';
import { eventually } from '../../domain/eventually';
import { CASE_STUDY } from '../../tests/triage-case-study';
import type { Database, DatabaseSettings } from '../../platform/database/database';
import { assessmentStore } from './assessment/assessment-store';
import { assessments, type Assessments } from './assessment/assessments';
import { contentEditions, keepContent } from './content/content-editions';
import { loadContent } from './content/load-content';
import type { TriageTables } from './database/tables';
import { assessmentRetention, forgetAssessments } from './retention';
import { switches } from './switches/switches';
import { openTriageDatabase } from './database/open-database';

const logger = pino({ level: 'silent' });
const content = loadContent();
const START = new Date('2026-03-02T14:00:00Z');
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** Four hours to answer, then what it is kept. */
const UNFINISHED_UNTIL = START.getTime() + 4 * HOUR_MS + DAY_MS;
const COMPLETED_UNTIL = START.getTime() + 4 * HOUR_MS + 7 * DAY_MS;
const BORN = '2020-03-02';
const POSTCODE = 'LS1 4AP';

const places: PlaceLookup = {
  find: (postcode) =>
    Promise.resolve({
      kind: 'found',
      place: { postcode, latitude: 53.795, longitude: -1.548, precision: 'UNIT_POSTCODE' },
    }),
};

describe.each(testDatabases())('symptom checks on $name', (kind) => {
  let settings: DatabaseSettings;
  let database: Database<TriageTables>;
  let service: Assessments;
  let now = START;

  beforeEach(async () => {
    now = START;
    settings = await kind.settings();
    database = await openTriageDatabase(settings);
    await keepContent(database.db, content, () => now);
    service = assessments({
      store: assessmentStore(database.db),
      editions: contentEditions(database.db, content, 'demo'),
      switches: switches(database, () => now, logger),
      places,
      digestDevice: (text) => text,
      now: () => now,
    });
  });
  afterEach(() => database.close());

  async function start(key: string): Promise<string> {
    const result = await service.start(
      {
        pathwayId: 'child-rash',
        subject: { relationship: 'CHILD', dateOfBirth: BORN, sex: 'FEMALE' },
        place: { postcode: POSTCODE },
        idempotencyKey: `retention-${key.padStart(22, '0')}`,
      },
      ANONYMOUS,
    );
    if (result.kind !== 'assessment') throw new Error(`It was not started: ${result.kind}.`);
    return result.assessment.record.id;
  }

  async function complete(key: string): Promise<string> {
    const assessmentId = await start(key);
    let expectedRevision = 1;
    for (const { questionId, optionIds } of CASE_STUDY) {
      const result = await service.answer({ assessmentId, questionId, optionIds, expectedRevision });
      expect(result.kind).toBe('assessment');
      expectedRevision += 1;
    }
    return assessmentId;
  }

  const rows = () => database.db.selectFrom('triage_assessment').selectAll().execute();
  const facts = () => database.db.selectFrom('triage_check_fact').selectAll().orderBy('id').execute();

  test('are deleted when they have been kept for long enough, and statistics do not change', async () => {
    const [unfinished, completed] = [await start('one'), await complete('two')];
    await complete('three');
    now = new Date(UNFINISHED_UNTIL - 1);
    const before = await facts();
    expect(before.map(({ result }) => result).sort()).toEqual(['COMPLETED', 'COMPLETED', 'STARTED']);
    expect(await forgetAssessments(database.db, now, 10)).toBe(false);
    expect(await rows()).toHaveLength(3);

    now = new Date(UNFINISHED_UNTIL);
    await forgetAssessments(database.db, now, 10);
    expect((await rows()).map(({ id }) => id)).not.toContain(unfinished);
    expect(await rows()).toHaveLength(2);
    expect(await service.find(completed)).not.toBeNull();

    now = new Date(COMPLETED_UNTIL);
    expect(await forgetAssessments(database.db, now, 1)).toBe(true);
    await forgetAssessments(database.db, now, 10);
    expect(await rows()).toEqual([]);
    expect(await facts()).toEqual(before);
  });

  test('are hidden from everybody after that, deleted or not', async () => {
    const [unfinished, completed] = [await start('one'), await complete('two')];
    now = new Date(UNFINISHED_UNTIL);
    expect([await service.find(unfinished), (await service.find(completed))?.record.id]).toEqual([
      null,
      completed,
    ]);
    now = new Date(COMPLETED_UNTIL);
    expect(await service.find(completed)).toBeNull();
  });

  test('of one source count three times a day, though two processes delete them at the same time', async () => {
    for (let number = 0; number < 20; number += 1) await start(`${number}`);
    now = new Date(UNFINISHED_UNTIL);
    const other = await openTriageDatabase(settings);
    await Promise.all(
      [database, other].map(async ({ db }) => {
        while (await forgetAssessments(db, now, 3));
      }),
    );
    await other.close();
    expect(await rows()).toEqual([]);
    expect(await facts()).toHaveLength(3);
  });

  test('leave nothing of anybody in any table or file, at the first look and every hour', async () => {
    await start('one');
    await complete('two');
    now = new Date(COMPLETED_UNTIL);
    const timers = manualTimers();
    const running = assessmentRetention(database, () => now, logger, timers);
    await eventually('the first look is over', () => timers.waiting === 1);
    expect(await rows()).toEqual([]);
    expect(await facts()).toHaveLength(2);

    now = START;
    await start('three');
    now = new Date(UNFINISHED_UNTIL);
    timers.advance(1.1 * HOUR_MS);
    await eventually('the second look is over', () => timers.waiting === 1);
    await running.stop();
    expect(await rows()).toEqual([]);
    if (settings.kind !== 'embedded') return;
    const folder = dirname(settings.file);
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'latin1');
      expect([BORN, POSTCODE, '53.795', 'answeredAt'].filter((personal) => text.includes(personal))).toEqual(
        [],
      );
    }
  });

  test('of callers who are not signed in are returned for their key to the same address only', async () => {
    const input = {
      pathwayId: 'child-rash',
      subject: { relationship: 'CHILD', dateOfBirth: BORN, sex: 'FEMALE' },
      idempotencyKey: 'a-key-that-can-be-guessed'.padEnd(32, '0'),
    } as const;
    const caller: Caller = { kind: 'patient', id: 'caller-0123456789abcdef', proofing: 'P9', actsFor: [] };
    const idFor = async (as: Caller, source?: string) => {
      const result = await service.start(input, as, source);
      return result.kind === 'assessment' ? result.assessment.record.id : result.kind;
    };
    const mine = await idFor(ANONYMOUS, 'my-address');
    expect(await idFor(ANONYMOUS, 'my-address')).toBe(mine);
    const others = [
      await idFor(ANONYMOUS, 'another'),
      await idFor(ANONYMOUS),
      await idFor(caller, 'my-address'),
    ];
    expect(new Set([mine, ...others]).size).toBe(4);
    // Neither the key nor the address can be read from what is kept.
    const kept = JSON.stringify(
      (await rows()).filter(({ idempotency_scope }) => idempotency_scope === 'anonymous'),
    );
    expect(kept).not.toMatch(/guessed|my-address/);
  });
});
