import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import pino from 'pino';
import { readConfig } from '../../config';
import { insightPeople } from '../../demo/insight-people';
import { playInsightPeople } from '../../demo/play-insight-people';
import { CalendarDate } from '../../domain/london-time';
import { openDatabase } from '../../platform/database/database';
import { knownSecrets } from '../../settings/known-secrets';
import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import { proveSecret } from '../../subgraphs/appointments/database/rekey';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { openTriageDatabase } from '../../subgraphs/triage/database/open-database';
import { truthOf, type TrueFact } from '../insight/truth';
import { siteUnderTest, type SiteUnderTest } from './site-under-test';

/** The website with 500 invented people of October 2024 behind it, whose truth is known. */
export interface InsightSiteUnderTest {
  site: SiteUnderTest;
  facts: TrueFact[];
  /** Lets the analyst who has asked have no more numbers today. */
  useUpAllowance(): Promise<void>;
  close(): Promise<void>;
}

/** A Monday: four weeks, but for their last days, are in one month. It is noon of 25 November at the site. */
const FIRST = CalendarDate.parse('2024-10-07');
const ALLOWANCE = 400_000;

export async function insightSiteUnderTest(env: Record<string, string> = {}): Promise<InsightSiteUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-insight-'));
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: dataDir });
  await proveSecret(config.databases.appointments, await knownSecrets(config));
  const triage = await openTriageDatabase(config.databases.triage);
  const ledger = await openDatabase<LedgerTables>(
    config.databases.appointments,
    'appointments',
    ledgerMigrations,
  );
  const close = async () => {
    await triage.close();
    await ledger.close();
  };
  try {
    // Before the product runs, which would look after bookings that are two years old.
    const people = insightPeople(20261130, FIRST, { count: 500, days: 24 });
    const logger = pino({ level: 'silent' });
    await playInsightPeople(people, { triage: triage.db, appointments: ledger, logger });
    const { facts, missing, strange } = await truthOf(people, triage.db, ledger.db);
    expect({ missing, strange }).toEqual({ missing: [], strange: [] });
    const site = await siteUnderTest({ ...env, DATA_DIR: dataDir });
    return {
      site,
      facts: facts.map((fact) => ({ ...fact, values: asInDirectory(fact.values) })),
      useUpAllowance: () => useUpAllowance(ledger.db),
      async close() {
        await site.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function useUpAllowance(db: Kysely<LedgerTables>): Promise<void> {
  const asked = await db
    .selectFrom('statistics_question')
    .selectAll()
    .orderBy('at', 'desc')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('statistics_question')
    .values({ ...asked, cells: ALLOWANCE })
    .execute();
}

/** All practices of the demonstration's directory are in one place. */
function asInDirectory(values: TrueFact['values']): TrueFact['values'] {
  const isKnown = values.ICB !== undefined && values.ICB !== 'Not known';
  return isKnown ? { ...values, ICB: 'QWO', SUB_ICB: '15F' } : values;
}
