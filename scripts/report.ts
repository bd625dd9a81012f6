import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig, type Config } from '../config';
import { demoIssuer } from '../demo/issuer';
import { CASE_STUDY_PRACTICE, demoToken } from '../demo/people';
import { tokenRefusal } from '../demo/token-refusal';
import { insightApi } from '../web/insight/api';
import { readReport, WEEK_FORM } from '../web/insight/report';
import { reportFile } from '../web/insight/report-file';
import { ApiFailure, publicApi, type ApiFailureKind, type Caller, type Send } from '../web/kit/api';
import { runScript } from './run-script';

/**
 * `npm run report -- --week 2026-W48 [--out FILE]`: writes the week's report as one file that opens from disk, by the published
 * operations that the website sends. In the demonstration it takes an analyst's token by itself; elsewhere TOKEN is one, and
 * API_URL the API.
 */
const HELP = [
  'npm run report -- --week 2026-W48 [--out FILE]',
  '',
  'Writes what happened in a week that is over as one HTML file: demand, outcomes, where people were booked, what was not',
  'offered and why, and how released times were used. Without --out it is report-2026-W48.html in DATA_DIR.',
  'In the demonstration, npm start has to be running. Elsewhere, set API_URL, and TOKEN to the token of an analyst.',
].join('\n');

const WEEK = z
  .string({ error: `Say which week, by --week. ${WEEK_FORM}` })
  .regex(/^\d{4}-W\d\d$/, { error: `There is no such week. ${WEEK_FORM}` });

runScript(async () => {
  const { values } = parseArgs({
    options: { week: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const week = WEEK.parse(values.week);
  const config = readConfig(process.env);
  const { url, token } = await apiOf(config);
  const { send } = publicApi({ url, frontEndKey: undefined });
  const caller = { token, address: '127.0.0.1' };
  const insight = insightApi(send);
  try {
    const result = await readReport((question) => insight.ask({ caller, subject: 'report' }, question), week);
    if (result.kind === 'none') throw new Error(`${result.title}. ${result.sentence}`);
    const folder = join(__dirname, '..', 'web');
    const html = reportFile(result.report, { folder, isDemonstration: await isDemonstration(send, caller) });
    const file = values.out ?? join(config.dataDir, `report-${week}.html`);
    await writeFile(file, html);
    console.log(`${result.report.title}: ${file}`);
  } catch (error) {
    throw error instanceof ApiFailure ? new Error(FAILURES[error.kind](url)) : error;
  }
});

const FAILURES: Readonly<Record<ApiFailureKind, (url: string) => string>> = {
  SIGN_IN_REQUIRED: (url) =>
    `The API at ${url} refused the token: set TOKEN to one of an analyst that is still good.`,
  NOT_ALLOWED: (url) =>
    `The API at ${url} tells statistics to analysts alone: set TOKEN to the token of one.`,
  TOO_MANY_REQUESTS: (url) => `The API at ${url} has been asked too often: try again in a minute.`,
  UNAVAILABLE: (url) =>
    `The API at ${url} did not answer: start it with npm start, or set API_URL to another.`,
};

/** The API and an analyst's token: from the environment, or of the demonstration on this machine. */
async function apiOf(config: Config): Promise<{ url: string; token: string }> {
  const { TOKEN, API_URL } = process.env;
  if (TOKEN !== undefined && TOKEN !== '') return { url: config.web.apiUrl, token: TOKEN };
  if (config.production || config.issuers !== undefined)
    throw new Error('Set TOKEN to the token of an analyst, and API_URL to the API.');
  const gateway =
    API_URL === undefined ? `http://${config.http.host}:${config.http.port}` : new URL(API_URL).origin;
  const token = await demoToken('analyst', CASE_STUDY_PRACTICE, new Date(), await demoIssuer(config.dataDir));
  const refusal = await tokenRefusal(gateway, token, config.dataDir);
  if (refusal !== null) throw new Error(refusal);
  return { url: `${gateway}/graphql`, token };
}

/** Asks the API whether its content is a demonstration, as the operator's console does. */
async function isDemonstration(send: Send, caller: Caller): Promise<boolean> {
  const data = z.object({ findPathways: z.object({ contentBanner: z.string().nullish() }) });
  const { findPathways } = await send('FindPathways', { caller, variables: { first: 1 } }, data);
  return findPathways.contentBanner != null;
}
