import pino from 'pino';
import { readConfig } from '../config';
import { insightPeople } from '../demo/insight-people';
import { playInsightPeople } from '../demo/play-insight-people';
import { CalendarDate, londonDate } from '../domain/london-time';
import { openDatabase } from '../platform/database/database';
import { knownSecrets } from '../settings/known-secrets';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import { proveSecret } from '../subgraphs/appointments/database/rekey';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { openTriageDatabase } from '../subgraphs/triage/database/open-database';
import { runScript } from './run-script';

/**
 * `npm run insight:play`: plays 500 invented people of the last two whole months into the data folder, for statistics that have
 * something to say. Not where anybody real is: it refuses to in production. `SEED=…` plays others.
 */
const DAY_MS = 24 * 60 * 60_000;

runScript(async () => {
  const config = readConfig(process.env);
  if (process.env.NODE_ENV === 'production')
    throw new Error('Invented people are not played into production. Set another DATA_DIR, and no NODE_ENV.');
  // Holds of invented people open under no key: in a new folder the keys have to be there before them.
  await proveSecret(config.databases.appointments, await knownSecrets(config));
  const triage = await openTriageDatabase(config.databases.triage);
  const appointments = await openDatabase<LedgerTables>(
    config.databases.appointments,
    'appointments',
    ledgerMigrations,
  );
  try {
    const thisMonth = `${londonDate(new Date()).slice(0, 7)}-01`;
    const first = monthBefore(monthBefore(thisMonth));
    const days = Math.round((Date.parse(thisMonth) - Date.parse(first)) / DAY_MS);
    const people = insightPeople(Number(process.env.SEED ?? 20261130), first, { count: 500, days });
    await playInsightPeople(people, { triage: triage.db, appointments, logger: pino({ level: 'silent' }) });
    console.log(`500 people were played, from ${first} on. Ask with: npm run --silent token -- --as analyst`);
  } finally {
    await triage.close();
    await appointments.close();
  }
});

function monthBefore(firstOfMonth: string): CalendarDate {
  const day = new Date(Date.parse(firstOfMonth) - DAY_MS).toISOString().slice(0, 7);
  return CalendarDate.parse(`${day}-01`);
}
