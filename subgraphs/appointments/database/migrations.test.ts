import { sql } from 'kysely';
import { testDatabases } from '../../../tests/databases';
import { openDatabase } from '../../../platform/database/database';
import { ledgerMigrations } from './migrations';
import type { LedgerTables } from './tables';

/** Tables as they were before that migration. */
type EarlierTables = Pick<LedgerTables, 'outbox'> & {
  hold: Omit<LedgerTables['hold'], 'assessment_digest' | 'practice' | 'starts_on' | 'relation'>;
  booking: Omit<LedgerTables['booking'], 'seat' | 'moved_json' | 'contact_sealed'>;
};

const RENAMING = '0010-names-of-the-first-release';

describe.each(testDatabases())('migrations of the ledger on $name', (kind) => {
  it('rename what an earlier release stored under other names', async () => {
    const settings = await kind.settings();
    const earlier = Object.entries(ledgerMigrations).filter(([name]) => name < RENAMING);
    const before = await openDatabase<EarlierTables>(settings, 'appointments', Object.fromEntries(earlier));
    await before.db
      .insertInto('hold')
      .values({
        id: 'a-hold',
        caller_id: 'a-caller',
        patient_digest: 'a-digest',
        patient_sealed: '',
        offer_json: '{"relation":"OTHER","elsewhereBecause":"AWAY_FROM_HOME"}',
        created_at: 0,
        expires_at: 0,
        released_at: null,
        extended_at: null,
      })
      .execute();
    await before.db
      .insertInto('booking')
      .values({
        id: 'a-booking',
        reference: 'REF',
        hold_id: 'a-hold',
        caller_id: 'a-caller',
        state: 'MANUAL',
        version: 1,
        failure: null,
        supplier: 'emis',
        practice: 'Z90001',
        slot_id: 'a-slot',
        patient_digest: 'a-digest',
        assessment_digest: 'an-assessment',
        relation: 'OTHER',
        starts_at: 0,
        starts_on: '2026-11-30',
        elsewhere_because: 'AWAY_FROM_HOME',
        marker: 'a-marker',
        appointment_id: null,
        appointment_version: null,
        next_check_at: null,
        unknown_since: null,
        absent_reads: 0,
        failed_reads: 0,
        created_at: 0,
        changed_at: 0,
        replaces_id: null,
        replaced_by: null,
        stand_in: 0,
      })
      .execute();
    await sql`insert into outbox (booking_id, version, status, at, attempts, next_try_at)
      values ('a-booking', 1, 'NEEDS_A_PERSON', 0, 0, 0)`.execute(before.db);
    await before.close();
    const { db, close } = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
    const { offer_json } = await db.selectFrom('hold').select('offer_json').executeTakeFirstOrThrow();
    expect(JSON.parse(offer_json)).toEqual({ relation: 'OTHER', elsewhereReason: 'AWAY_FROM_HOME' });
    const { status } = await db.selectFrom('outbox').select('status').executeTakeFirstOrThrow();
    expect(status).toBe('NEEDS_ATTENTION');
    await close();
  });
});
