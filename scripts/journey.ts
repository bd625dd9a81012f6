import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { readConfig, type Config } from '../config';
import { playCaseStudy } from '../demo/case-study';
import { demoIssuer } from '../demo/issuer';
import { journeyTranscript } from '../demo/journey-transcript';
import { simulatorControl } from '../demo/simulator-control';
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
  const gateway = (await running(config)) ?? (await started(config));
  try {
    const facts = await playCaseStudy({
      graphqlUrl: `${gateway.url}/graphql`,
      control: simulatorControl(gateway.controlUrl),
      issuer: await demoIssuer(config.dataDir),
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

async function running({ http, simulatorPorts }: Config): Promise<Gateway | null> {
  const url = `http://${http.host}:${http.port}`;
  try {
    const health = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(1_000) });
    if (!health.ok) return null;
  } catch {
    return null;
  }
  const note = `Against the gateway that runs at ${url}.`;
  return {
    url,
    controlUrl: `http://127.0.0.1:${simulatorPorts.control}`,
    note,
    close: () => Promise.resolve(),
  };
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
