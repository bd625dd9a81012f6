import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig } from '../config';
import { demoIssuer } from '../demo/issuer';
import {
  CASE_STUDY_PRACTICE,
  DEMO_CALLER_NAMES,
  DEMO_CALLERS,
  demoPeople,
  demoToken,
  demoVariables,
} from '../demo/people';
import { simulatorControl } from '../demo/simulator-control';
import { tokenRefusal } from '../demo/token-refusal';
import type { Person } from '../domain/caller';
import { OdsCode } from '../domain/ods-code';
import { runScript } from './run-script';

/**
 * `npm run token -- --as parent`: a token of the demo issuer on stdout, and nothing else. Fails where the gateway that
 * runs on HOST and PORT would refuse it.
 */
const Arguments = z.object({
  as: z.enum(DEMO_CALLER_NAMES, {
    error: `Say for whom, by --as ${DEMO_CALLER_NAMES.join(', ')}; --help says who they are.`,
  }),
  practice: OdsCode.default(CASE_STUDY_PRACTICE),
});

const OPTIONS = {
  as: { type: 'string' },
  all: { type: 'boolean' },
  practice: { type: 'string' },
  help: { type: 'boolean' },
} as const;

runScript(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help === true) {
    console.log(help());
    return;
  }
  const config = readConfig(process.env);
  if (config.production)
    throw new Error('The demo issuer is refused in production: ask your identity provider for a token.');
  const wanted = Arguments.parse(values.all === true ? { ...values, as: 'operator' } : values);
  const issuer = await demoIssuer(config.dataDir);
  const today = new Date();
  const token = await demoToken(wanted.as, wanted.practice, today, issuer);
  const expected = wanted.as === 'expired' ? 'EXPIRED' : null;
  const url = `http://${config.http.host}:${config.http.port}`;
  const refusal = await tokenRefusal(url, token, config.dataDir, expected);
  if (refusal !== null) throw new Error(refusal);
  await introduce(wanted.practice, today, config.simulatorPorts.control);
  if (values.all !== true) {
    console.log(token);
    return;
  }
  const variables = Object.entries(await demoVariables(wanted.practice, today, issuer));
  console.log(variables.map(([name, value]) => `${name}=${value}`).join('\n'));
});

function help(): string {
  return [
    'npm run --silent token -- --as NAME [--practice ODS]   prints a token of the demo issuer, good for 12 hours',
    'npm run --silent token -- --all [--practice ODS]       prints all of them for a shell: TOKEN_PATIENT=… and so on,',
    '                                                       and of each person BORN_RUTH=… and ID_RUTH=…',
    '',
    `--practice: where patients are registered and staff work; ${CASE_STUDY_PRACTICE} unless it is another.`,
    '',
    callers(),
    '',
    'Invented, as of today:',
    ...Object.values<Person>(demoPeople(CASE_STUDY_PRACTICE, new Date())).map(
      ({ id, givenName, familyName, nhsNumber, birthDate }) =>
        `  ${`${givenName} ${familyName}`.padEnd(18)} born ${birthDate}  NHS number ${nhsNumber}  patientId ${id}`,
    ),
  ].join('\n');
}

function callers(): string {
  const widest = Math.max(...DEMO_CALLER_NAMES.map((name) => name.length));
  return DEMO_CALLER_NAMES.map((name) => `  ${name.padEnd(widest)}  ${DEMO_CALLERS[name].description}.`).join(
    '\n',
  );
}

/** At another practice than the case study's, the simulated system has yet to hear of these people. */
async function introduce(practice: OdsCode, today: Date, controlPort: number): Promise<void> {
  if (practice === CASE_STUDY_PRACTICE) return;
  const control = simulatorControl(`http://127.0.0.1:${controlPort}`);
  try {
    for (const person of Object.values<Person>(demoPeople(practice, today)))
      if (person.registeredPractice !== undefined) await control.register(practice, person);
  } catch {
    console.error(
      'No simulated supplier is running, so the practice does not know these people yet: run this again after npm start.',
    );
  }
}
