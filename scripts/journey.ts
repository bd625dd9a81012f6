import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { readConfig, type Config } from '../config';
import { playCaseStudy } from '../demo/case-study';
import { demoIssuer, type DemoIssuer } from '../demo/issuer';
import { journeyTranscript } from '../demo/journey-transcript';
import { simulatorControl } from '../demo/simulator-control';
import { tokenRefusal } from '../demo/token-refusal';
import { startEverything } from '../start';
import { runScript } from './run-script';

/**
 * `npm run journey`: plays the case study of 2010 through the public API, against the gateway that runs, else against
 * one started for it. `--json` prints the facts alone; `--postcode` starts from elsewhere.
 */
runScript(async () => {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, postcode: { type: 'string' } },
  });
  const config = readConfig(process.env);
  const issuer = await demoIssuer(config.dataDir);
  const gateway = (await running(config, issuer)) ?? (await started(config));
  try {
    const facts = await playCaseStudy({
      graphqlUrl: `${gateway.url}/graphql`,
      control: simulatorControl(gateway.controlUrl),
      issuer,
      postcode: values.postcode,
    });
    console.log(values.json ? JSON.stringify(facts, null, 2) : journeyTranscript(facts, gateway.note));
  } finally {
    await gateway.close();
  }
});

interface Gateway {
  url: string;
  controlUrl: string;
  note: string;
  close(): Promise<void>;
}

/** @throws Error where a gateway runs that the story cannot be played against. */
async function running(
  { http, simulatorPorts, dataDir }: Config,
  issuer: DemoIssuer,
): Promise<Gateway | null> {
  const url = `http://${http.host}:${http.port}`;
  if (!(await answers(`${url}/health/live`))) return null;
  const token = await issuer.sign('client', 'demo-journey', { scope: 'analyst' });
  const refusal = await tokenRefusal(url, token, dataDir);
  if (refusal !== null) throw new Error(refusal);
  const controlUrl = `http://127.0.0.1:${simulatorPorts.control}`;
  if (!(await answers(`${controlUrl}/health`)))
    throw new Error(
      `A gateway runs at ${url}, but the simulated suppliers are not controlled at ${controlUrl}: set SIMULATOR_CONTROL_PORT as the gateway has it. With real suppliers the journey is not played.`,
    );
  const note = `Against the gateway that runs at ${url}.`;
  return { url, controlUrl, note, close: () => Promise.resolve() };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  return response?.ok === true;
}

/** Every port a free one. */
function freePorts<Name extends string>(ports: Record<Name, number>): Record<Name, number> {
  const free = { ...ports };
  for (const name in free) free[name] = 0;
  return free;
}

async function started(config: Config): Promise<Gateway> {
  const gateway = await startEverything({
    config: {
      ...config,
      http: { ...config.http, port: 0 },
      simulatorPorts: freePorts(config.simulatorPorts),
    },
    logger: pino({ level: config.logLevel }, pino.destination(2)),
    now: () => new Date(),
    explorerFolder: join(__dirname, '..', 'gateway', 'explorer', 'public'),
  });
  if (gateway.simulators === null) {
    await gateway.close();
    throw new Error(
      'The journey books real-looking appointments: it plays against simulated suppliers only.',
    );
  }
  return {
    url: gateway.url,
    controlUrl: gateway.simulators.controlUrl,
    note: 'No gateway was running, so one was started for this journey.',
    close: () => gateway.close(),
  };
}
