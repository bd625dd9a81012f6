import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { simulatedWorld } from '../../demo/simulated-world';
import { startSimulators, type RunningSimulators } from '../../adapters/simulator/start-simulators';
import { demoFiles } from '../../subgraphs/practices/directory/demo-directory';
import { MAIN, productProcess } from '../product-process';
import { PRODUCTION } from '../production-settings';
import { httpsIssuer, type HttpsIssuer } from './https-issuer';

/**
 * The built product as production runs it: a process of its own with `NODE_ENV=production` and its defaults, an issuer
 * behind TLS, a directory that was imported by the operators' command, practices none of which has opted in. Only the
 * suppliers are simulated, on addresses of this machine.
 */
export interface ProductionProduct {
  url: string;
  issuer: HttpsIssuer;
  simulators: RunningSimulators;
  close(): Promise<void>;
}

export async function productInProduction(env: Record<string, string> = {}): Promise<ProductionProduct> {
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-production-'));
  const issuer = await httpsIssuer(folder);
  const simulators = await startSimulators({ now: () => new Date(), logger: pino({ level: 'silent' }) });
  const settings = {
    ...PRODUCTION,
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    DRAIN_SECONDS: '0',
    ISSUERS: issuer.setting,
    NODE_EXTRA_CA_CERTS: issuer.certificate,
    ...Object.fromEntries(
      Object.entries(simulators.urls).map(([id, url]) => [
        `${id.toUpperCase().replaceAll('-', '_')}_URL`,
        url,
      ]),
    ),
    ...env,
  };
  importDirectory(folder, settings);
  const product = productProcess([], settings);
  try {
    const [, url = ''] = await product.says(/API +(http:\S+)\/graphql\n/);
    const close = async () => {
      await product.end('SIGTERM');
      await simulators.close();
      await issuer.close();
    };
    return { url, issuer, simulators, close };
  } catch (error) {
    await product.end('SIGKILL');
    await simulators.close();
    await issuer.close();
    throw error;
  }
}

/** Imports a directory as operators do: practices, postcodes, and connections. */
function importDirectory(folder: string, settings: Record<string, string>): void {
  const { practices, postcodes, outcodes, openingHours } = demoFiles();
  const postcodesFolder = join(folder, 'postcodes');
  mkdirSync(postcodesFolder);
  copyFileSync(postcodes, join(postcodesFolder, 'WY.csv'));
  const connections = join(folder, 'connections.csv');
  writeFileSync(connections, connectionsFile(practices));
  const files = {
    practices,
    postcodes: postcodesFolder,
    outcodes,
    connections,
    'opening-hours': openingHours,
  };
  execFileSync(
    process.execPath,
    [
      join(MAIN, '..', 'scripts', 'directory-import.js'),
      ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]),
    ],
    { env: { PATH: process.env.PATH, ...settings }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
}

function connectionsFile(practices: string): string {
  const codes = readFileSync(practices, 'utf8').match(/^"[^"]+"/gm) ?? [];
  const rows = codes.map((quoted) => {
    const code = quoted.slice(1, -1);
    const suppliers = new Map(
      simulatedWorld.connectionsOf(code).map(({ route, supplier }) => [route, supplier]),
    );
    return [code, '', suppliers.get('PATIENT_SESSION') ?? '', suppliers.get('NETWORK') ?? '', ''].join(',');
  });
  return ['ods_code,clinical_system,patient_session,network,registered_patients', ...rows, ''].join('\n');
}
