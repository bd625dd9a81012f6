import { readConfig } from '../config';
import { openDatabase } from '../platform/database/database';
import { appointmentCubes } from '../subgraphs/appointments/insight/appointment-cubes';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { openPlaces } from '../subgraphs/practices';
import { openTriageDatabase } from '../subgraphs/triage/database/open-database';
import { checkCubes } from '../subgraphs/triage/facts/check-cubes';
import { runScript } from './run-script';

/** `npm run insight:roll-up`: adds the days that have closed to the cubes, as each process does every quarter of an hour. */
runScript(async () => {
  const { databases } = readConfig(process.env);
  const now = () => new Date();
  const places = await openPlaces(databases.practices);
  const triage = await openTriageDatabase(databases.triage);
  const ledger = await openDatabase<LedgerTables>(databases.appointments, 'appointments', ledgerMigrations);
  try {
    const checks = await checkCubes({ db: triage.db, areas: places.areas, now }).rollUp();
    const appointments = await appointmentCubes({ db: ledger.db, areas: places.areas, now }).rollUp();
    console.log(`Rolled up: ${checks} days of symptom checks, ${appointments} of appointments.`);
  } finally {
    await ledger.close();
    await triage.close();
    await places.close();
  }
});
