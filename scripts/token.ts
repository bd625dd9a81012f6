import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfig } from '../config';
import { demoIssuer, type DemoIssuer } from '../demo/issuer';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims, staffClaims } from '../demo/people';
import { simulatorControl } from '../demo/simulator-control';
import { tokenRefusal } from '../demo/token-refusal';
import { OdsCode } from '../domain/ods-code';
import { runScript } from './run-script';

/**
 * `npm run token -- --as parent`: a token of the demo issuer on stdout, and nothing else. Fails where the gateway that
 * runs on HOST and PORT would refuse it.
 */
const Arguments = z.object({
  as: z.enum(['patient', 'parent', 'practice', 'analyst', 'operator'], {
    error: 'Say for whom: --as patient, parent, practice, analyst or operator.',
  }),
  practice: OdsCode.default(CASE_STUDY_PRACTICE),
});
type Arguments = z.infer<typeof Arguments>;

runScript(async () => {
  const { values } = parseArgs({ options: { as: { type: 'string' }, practice: { type: 'string' } } });
  const config = readConfig(process.env);
  if (config.production)
    throw new Error('The demo issuer is refused in production: ask your identity provider for a token.');
  const wanted = Arguments.parse(values);
  const token = await sign(wanted, await demoIssuer(config.dataDir), new Date());
  const refusal = await tokenRefusal(`http://${config.http.host}:${config.http.port}`, token, config.dataDir);
  if (refusal !== null) throw new Error(refusal);
  await introduce(wanted, config.simulatorPorts.control);
  console.log(token);
});

function sign({ as, practice }: Arguments, issuer: DemoIssuer, today: Date): Promise<string> {
  const { mother, son } = demoFamily(practice, 0, today);
  switch (as) {
    case 'patient':
      return issuer.sign('nhs-login', mother.id, patientClaims(mother, []));
    case 'parent':
      return issuer.sign('nhs-login', mother.id, patientClaims(mother, [son]));
    case 'practice':
      return issuer.sign('cis2', `demo-manager-${practice}`, staffClaims(practice));
    case 'analyst':
    case 'operator':
      return issuer.sign('client', `demo-${as}`, { scope: as });
  }
}

/** At another practice than the case study's, the simulated system has yet to hear of the family. */
async function introduce({ as, practice }: Arguments, controlPort: number): Promise<void> {
  if (practice === CASE_STUDY_PRACTICE || (as !== 'patient' && as !== 'parent')) return;
  const { mother, son } = demoFamily(practice, 0, new Date());
  const control = simulatorControl(`http://127.0.0.1:${controlPort}`);
  try {
    for (const person of [mother, son]) await control.register(practice, person);
  } catch {
    console.error(
      'No simulated supplier is running, so the practice does not know this family yet: ask again after npm start.',
    );
  }
}
