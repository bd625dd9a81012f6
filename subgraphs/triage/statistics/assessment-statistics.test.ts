import { testDatabases } from '../../../tests/databases';
import { openDatabase, type Database } from '../../../platform/database/database';
import { loadContent } from '../content/load-content';
import { triageMigrations } from '../database/migrations';
import { type TriageTables } from '../database/tables';
import { assessmentStatistics, type AssessmentDimension, type StatisticsRow } from './assessment-statistics';

const NOW = new Date('2026-03-20T12:00:00Z');
const EXPIRED = NOW.getTime() - 1;
const OPEN = NOW.getTime() + 1;
const content = loadContent();

describe.each(testDatabases())('statistics on $name', (kind) => {
  let database: Database<TriageTables>;

  beforeAll(async () => {
    database = await openDatabase<TriageTables>(await kind.settings(), 'triage', triageMigrations);
    await store(10, { day: '2026-03-01', disposition: 'gp-6h' });
    await store(20, { day: '2026-03-02', disposition: 'self-care', pathway: 'cough', ageBand: '65+' });
    await store(8, { day: '2026-03-02', disposition: null, expires: EXPIRED });
    await store(4, { day: '2026-03-08', disposition: null, expires: OPEN });
    await store(1, { day: '2026-04-01', disposition: 'gp-6h' });
  });
  afterAll(() => database.close());

  it.each<[AssessmentDimension[], Record<string, [number, number, number]>]>([
    [[], { '': [42, 30, 8] }],
    [['DAY'], { '2026-03-01': [10, 10, 0], '2026-03-02': [28, 20, 8], '2026-03-08': [4, 0, 0] }],
    [['WEEK'], { '2026-02-23': [10, 10, 0], '2026-03-02': [32, 20, 8] }],
    [['MONTH'], { '2026-03': [42, 30, 8] }],
    [['PATHWAY'], { 'child-rash': [22, 10, 8], cough: [20, 20, 0] }],
    [['DISPOSITION'], { NONE: [12, 0, 8], 'gp-6h': [10, 10, 0], 'self-care': [20, 20, 0] }],
    [['CARE_LEVEL'], { NONE: [12, 0, 8], PRIMARY_CARE: [10, 10, 0], SELF_CARE: [20, 20, 0] }],
    [['AGE_BAND'], { '5-15': [22, 10, 8], '65+': [20, 20, 0] }],
    [['PATHWAY', 'MONTH'], { 'child-rash 2026-03': [22, 10, 8], 'cough 2026-03': [20, 20, 0] }],
  ])('counts by %j', async (groupBy, expected) => {
    expect(byLabel(await count({ groupBy }))).toEqual(expected);
  });

  it('counts both the first and the last day', async () => {
    const oneDay = await count({ from: '2026-03-08', to: '2026-03-08', groupBy: [] });
    expect(byLabel(oneDay)).toEqual({ '': [4, 0, 0] });
    expect(await count({ from: '2026-03-03', to: '2026-03-07', groupBy: [] })).toMatchObject({ rows: [] });
  });

  it.each([
    ['input.from', { from: '2026-02-30' }],
    ['input.to', { to: 'today' }],
    ['input.to', { from: '2026-03-02', to: '2026-03-01' }],
    ['input.to', { from: '2025-03-01', to: '2026-03-31' }],
    ['input.groupBy', { groupBy: ['DAY', 'DAY'] as AssessmentDimension[] }],
  ])('names a bad %s', async (path, wrong) => {
    const result = await count({ groupBy: [], ...wrong });
    expect(result.kind === 'invalid' && Object.keys(result.faults)).toEqual([path]);
  });

  function count(input: { from?: string; to?: string; groupBy: AssessmentDimension[] }) {
    const statistics = assessmentStatistics(database.db, content, () => NOW);
    return statistics.count({ from: '2026-03-01', to: '2026-03-31', ...input });
  }

  async function store(
    many: number,
    one: { day: string; disposition: string | null; pathway?: string; ageBand?: string; expires?: number },
  ): Promise<void> {
    const rows = Array.from({ length: many }, (_, index) => {
      const id = `${one.day}-${one.pathway ?? ''}-${String(one.disposition)}-${index}`;
      return {
        id,
        revision: 1,
        pathway_id: one.pathway ?? 'child-rash',
        content_version: '1.0.0',
        content_hash: 'x',
        subject: '{}',
        place: null,
        declared_practice: null,
        answers: '[]',
        dropped_answers: '[]',
        amended_answers: '[]',
        earlier_emergency: null,
        repeat_caller: null,
        repeat_device: null,
        emergency_at: null,
        emergency_disposition: null,
        started_at: 0,
        expires_at: one.expires ?? EXPIRED,
        idempotency_scope: 'test',
        idempotency_key: id,
        input_digest: '',
        digest: id,
        locale: 'en-GB',
        started_day: one.day,
        age_band: one.ageBand ?? '5-15',
        completed_at: one.disposition === null ? null : 1,
        disposition_id: one.disposition,
      };
    });
    await database.db.insertInto('triage_assessment').values(rows).execute();
  }
});

function byLabel(result: { kind: string; rows?: StatisticsRow[] }): Record<string, number[]> {
  return Object.fromEntries(
    (result.rows ?? []).map(({ labels, started, completed, abandoned }) => [
      labels.map(({ value }) => value).join(' '),
      [started, completed, abandoned],
    ]),
  );
}
