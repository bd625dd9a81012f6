import { parseArgs } from 'node:util';
import { readConfig } from '../config';
import { openPracticesDatabase } from '../subgraphs/practices/database/open-database';
import { demoDirectory } from '../subgraphs/practices/directory/demo-directory';
import { directoryStatus, statusSummary } from '../subgraphs/practices/directory/loaded-directory';
import { runScript } from './run-script';

/** `npm run directory:status [-- --json]`: prints what is loaded. Exit code 1 once opening times have run out. */
runScript(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const database = await openPracticesDatabase(readConfig(process.env).databases.practices);
  try {
    const whenNone = async () => (await demoDirectory()).directory;
    const status = await directoryStatus(database.db, whenNone, new Date());
    console.log(values.json ? JSON.stringify(status, null, 2) : statusSummary(status));
    if (status.bankHolidayDaysLeft < 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
});
