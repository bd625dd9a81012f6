import { testDatabases } from '../../../tests/databases';
import { openDatabase } from '../../../platform/database/database';
import { triageMigrations } from './migrations';
import { type TriageTables } from './tables';

describe.each(testDatabases())('migrations on $name', (kind) => {
  it('keep the assessments of an earlier release, and count them by day and age', async () => {
    const settings = await kind.settings();
    const [first] = Object.entries(triageMigrations);
    const before = await openDatabase<TriageTables>(settings, 'triage', Object.fromEntries([first!]));
    await before.db
      .insertInto('triage_assessment')
      // As the earlier release did: the later columns were not there.
      .values({
        id: 'an-assessment',
        revision: 3,
        pathway_id: 'child-rash',
        content_version: '1.0.0',
        content_hash: 'x',
        subject: JSON.stringify({ ageInDays: 2191 }),
        place: null,
        declared_practice: null,
        answers: '[]',
        dropped_answers: '[]',
        started_at: Date.parse('2026-06-30T23:30:00Z'),
        expires_at: 0,
        idempotency_scope: 'anonymous',
        idempotency_key: 'a-key',
        input_digest: 'y',
      } as TriageTables['triage_assessment'])
      .execute();
    await before.close();
    const { db, close } = await openDatabase<TriageTables>(settings, 'triage', triageMigrations);
    const rows = await db.selectFrom('triage_assessment').selectAll().execute();
    expect(rows).toMatchObject([
      {
        id: 'an-assessment',
        revision: 3,
        locale: 'en-GB',
        started_day: '2026-07-01',
        age_band: '5 to 15',
        completed_at: null,
      },
    ]);
    const facts = await db.selectFrom('triage_check_fact').selectAll().execute();
    expect(facts).toMatchObject([
      { id: rows[0]?.fact, day: '2026-07-01', pathway: 'child-rash', age_band: '5 to 15', result: 'STARTED' },
    ]);
    await close();
  });
});
