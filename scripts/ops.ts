import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig, type Config } from '../config';
import { graphqlClient, OperationFailed, type GraphqlClient } from '../demo/graphql-client';
import { findingsReport, isAllFound } from './ops/findings-report';
import { BookingHealthAnswer, healthReport } from './ops/health-report';
import { settled, Settled } from './ops/settled';
import { Unsettled, unsettledReport } from './ops/unsettled-report';
import { readReference } from '../subgraphs/appointments/ledger/spoken-reference';
import { FoundByReference, recordReport } from './ops/booking-record';
import { redeliver, undelivered } from './ops/redeliver';
import { undeliveredReport } from './ops/undelivered-report';
import { runScript } from './run-script';

/**
 * `npm run ops`: shows and settles bookings for an operator, through the public API of the running gateway; and
 * finds bookings again after a restore, with the settings of an appointments process.
 */
const USAGE = `Say what to do:
  npm run ops -- bookings --unsettled [--json]           what is not known, since when, why, and what to do
  npm run ops -- settle <bookingId> --stands | --absent  what the practice says of a booking that needs you
  npm run ops -- booking <reference> [--json]            a booking in any state, by the reference that somebody reads out
  npm run ops -- undelivered [--json]                    what neither the front end nor an own practice has taken for a day
  npm run ops -- redeliver <id> … | --all                sends that again
  npm run ops -- health [--json]                         how bookings, the front end's news and suppliers fare
  npm run ops -- find-bookings [--most <number>] [--after <position>] [--json]
                                                         after a restore: what was lost, and what practices do not have
Add --url https://… for another gateway than the one that listens on HOST and PORT.`;
const MOST = 200;

runScript(async () => {
  const { values, positionals } = argumentsOf();
  const [command, bookingId, ...others] = positionals;
  const json = values.json;
  if (command === 'bookings' && values.unsettled) {
    const ask = await operator(values.url);
    const { unsettledBookings } = await ask('UnsettledBookings', { first: MOST }, Unsettled);
    console.log(json ? asJson(unsettledBookings) : unsettledReport(unsettledBookings, new Date()));
  } else if (command === 'booking' && bookingId !== undefined) {
    const reference = referenceOf([bookingId, ...others].join(' '));
    const { bookingByReference: found } = await (
      await operator(values.url)
    )('BookingByReference', { reference }, FoundByReference);
    if (found === null) throw new Error(`No booking has the reference ${reference}.`);
    console.log(json ? asJson(found) : recordReport(found, new Date()));
  } else if (command === 'undelivered') {
    const letters = await undelivered(await operator(values.url), MOST);
    console.log(json ? asJson(letters) : undeliveredReport(letters));
  } else if (command === 'redeliver' && values.all !== (bookingId !== undefined)) {
    const ids = bookingId === undefined ? 'all' : [bookingId, ...others];
    console.log(await redeliver(await operator(values.url), ids));
  } else if (command === 'health') {
    const health = await (await operator(values.url))('BookingHealth', {}, BookingHealthAnswer);
    console.log(json ? asJson(health) : healthReport(health));
  } else if (command === 'settle' && bookingId !== undefined && values.stands !== values.absent) {
    const input = { bookingId, stands: values.stands, idempotencyKey: randomUUID() };
    const { settleBooking } = await (await operator(values.url))('SettleBooking', { input }, Settled);
    console.log(settled(settleBooking));
  } else if (command === 'find-bookings') {
    // Loaded only here: it is most of the product.
    const { findLostBookings } = await import('./ops/find-bookings.js');
    const findings = await findLostBookings(values);
    console.log(json ? asJson(findings) : findingsReport(findings));
    if (!isAllFound(findings)) process.exitCode = 1;
  } else throw new Error(USAGE);
});

function argumentsOf() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        unsettled: flag,
        stands: flag,
        absent: flag,
        all: flag,
        json: flag,
        url: { type: 'string' },
        most: { type: 'string' },
        after: { type: 'string' },
      },
    });
  } catch {
    throw new Error(USAGE);
  }
}

/** @throws Error with a sentence where it cannot be one. */
function referenceOf(text: string): string {
  const reference = readReference(text);
  if (reference === null)
    throw new Error('That is no reference: it has eight letters and digits, for example K7QX-2MPD.');
  return reference;
}

/** Returns a client with an operator's token; its errors state the remedy. */
async function operator(option: string | undefined): Promise<GraphqlClient> {
  const config = readConfig(process.env);
  const url = gatewayUrl(option, config);
  await checkThatItRuns(url);
  const ask = graphqlClient(`${url}/graphql`, await operatorToken(url, config));
  return async (operation, variables, data) => {
    try {
      return await ask(operation, variables, data);
    } catch (error) {
      throw error instanceof OperationFailed ? new Error(refusal(error)) : error;
    }
  };
}

function gatewayUrl(option: string | undefined, { http }: Config): string {
  if (option === undefined) return `http://${http.host}:${http.port}`;
  const url = z.url({ protocol: /^https?$/ }).safeParse(option);
  if (!url.success)
    throw new Error('--url cannot be used: give the address of a gateway, for example https://gateway.test.');
  return url.data.replace(/\/+$/, '');
}

async function checkThatItRuns(url: string): Promise<void> {
  try {
    const health = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(5_000) });
    if (health.ok) return;
  } catch {
    // Reported below.
  }
  throw new Error(
    `No gateway answers at ${url}: start one with npm start, or name the one that runs with --url, or with HOST and PORT.`,
  );
}

async function operatorToken(url: string, config: Config): Promise<string> {
  const configured = process.env.OPERATOR_TOKEN ?? '';
  if (configured !== '') return configured;
  if (config.issuers !== undefined || config.production)
    throw new Error(
      'OPERATOR_TOKEN is missing: set it to a token of your identity provider whose client has the scope "operator".',
    );
  // Never loaded in production.
  const [{ demoIssuer }, { tokenRefusal }] = await Promise.all([
    import('../demo/issuer.js'),
    import('../demo/token-refusal.js'),
  ]);
  const issuer = await demoIssuer(config.dataDir);
  const token = await issuer.sign('client', 'demo-operator', { scope: 'operator' });
  const refused = await tokenRefusal(url, token, config.dataDir);
  if (refused !== null) throw new Error(refused);
  return token;
}

function refusal(failure: OperationFailed): string {
  const codes = failure.errors.map(({ extensions }) => extensions?.code);
  if (codes.includes('FORBIDDEN'))
    return 'This token is not an operator’s: set OPERATOR_TOKEN to one whose client has the scope "operator".';
  if (codes.includes('UNAUTHENTICATED')) {
    const [reason] = failure.errors.map(({ extensions }) => extensions?.reason ?? 'no reason given');
    return `The gateway does not accept this token (${reason ?? ''}): set OPERATOR_TOKEN to a fresh one of an issuer that it trusts.`;
  }
  return failure.message;
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
