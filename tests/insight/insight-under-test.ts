import pino from 'pino';
import type { PracticeArea } from '../../domain/practice-areas';
import { openDatabase, type Database } from '../../platform/database/database';
import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { appointmentCubes } from '../../subgraphs/appointments/insight/appointment-cubes';
import { statistics, type Statistics } from '../../subgraphs/appointments/insight/statistics';
import { complaintTitles, dispositionCatalogue } from '../../subgraphs/triage';
import { openTriageDatabase } from '../../subgraphs/triage/database/open-database';
import type { TriageTables } from '../../subgraphs/triage/database/tables';
import { checkCubes } from '../../subgraphs/triage/facts/check-cubes';
import { playInsightPeople } from '../../demo/play-insight-people';
import type { InsightPerson } from '../../demo/insight-people';
import type { TestDatabase } from '../databases';
import { PLACES } from './truth';

/** Facts, cubes and statistics on databases of their own, with people played into them. */
export interface InsightUnderTest {
  triage: Database<TriageTables>;
  ledger: Database<LedgerTables>;
  statistics: Statistics;
  /** Rolls up both; how many days that were. */
  rollUp(): Promise<number>;
  close(): Promise<void>;
}

const AREAS = new Map(
  Object.entries(PLACES).map(([code, { subIcb, icb }]): [string, PracticeArea] => [
    code,
    { name: `Practice ${code}`, pcn: null, subIcb, icb, region: 'Y63' },
  ]),
);

export async function insightUnderTest(
  kind: TestDatabase,
  people: readonly InsightPerson[],
  now: () => Date,
  maxCellsADay?: number,
): Promise<InsightUnderTest> {
  const logger = pino({ level: 'silent' });
  const triage = await openTriageDatabase(await kind.settings());
  const ledger = await openDatabase<LedgerTables>(await kind.settings(), 'appointments', ledgerMigrations);
  await playInsightPeople(people, { triage: triage.db, appointments: ledger, logger });
  const areas = { all: () => Promise.resolve(AREAS) };
  const readers = {
    triage: checkCubes({ db: triage.db, areas, now }),
    appointments: appointmentCubes({ db: ledger.db, areas, now }),
  };
  return {
    triage,
    ledger,
    statistics: statistics({
      db: ledger.db,
      readers,
      areas,
      dispositions: dispositionCatalogue(),
      complaints: complaintTitles(),
      now,
      rollsUpOnDemand: false,
      ...(maxCellsADay !== undefined && { maxCellsADay }),
    }),
    rollUp: async () => (await readers.triage.rollUp()) + (await readers.appointments.rollUp()),
    async close() {
      await triage.close();
      await ledger.close();
    },
  };
}
