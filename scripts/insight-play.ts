import { readConfig } from '../config';
import { playLastTwoMonths } from '../demo/play-insight-people';
import { runScript } from './run-script';

/**
 * `npm run insight:play`: plays 500 invented people of the last two whole months into the data folder, for statistics that have
 * something to say. Not where anybody real is: it refuses to in production. `SEED=…` plays others.
 */
runScript(async () => {
  if (process.env.NODE_ENV === 'production')
    throw new Error('Invented people are not played into production. Set another DATA_DIR, and no NODE_ENV.');
  const { databases } = readConfig(process.env);
  const first = await playLastTwoMonths(databases, new Date(), Number(process.env.SEED ?? 20261130));
  console.log(`500 people were played, from ${first} on. Ask with: npm run --silent token -- --as analyst`);
});
