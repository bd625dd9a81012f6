import type { Manifest } from '../../adapters/gp-system';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pino from 'pino';
import { suppliers } from '../../adapters/registry';
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
  /** Imports the directory once more, as operators do; returns the sentence of a refusal, or null. */
  importDirectory(change: (practices: string) => string, accept?: readonly string[]): string | null;
  /** Tries to start it once more with other settings, which it refuses; returns the sentences. */
  refusalOf(env: Record<string, string>): string;
  close(): Promise<void>;
}

/** Suppliers that production reaches by their address alone: it refuses the secrets that simulators take. */
const SUPPLIERS = suppliers
  .map((supplier): Manifest => supplier.manifest)
  .filter(({ settings = [] }) => settings.length === 0)
  .map(({ id }) => id);

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
      Object.entries(simulators.urls)
        .filter(([id]) => SUPPLIERS.includes(id))
        .map(([id, url]) => [`${id.toUpperCase().replaceAll('-', '_')}_URL`, url]),
    ),
    ...env,
  };
  const closeOthers = async () => {
    await simulators.close();
    await issuer.close();
  };
  try {
    const refused = importDirectory(folder, settings);
    if (refused !== null) throw new Error(refused);
    const product = productProcess([], settings);
    const [, url = ''] = await product.says(/API +(http:\S+)\/graphql\n/).catch(async (error: unknown) => {
      await product.end('SIGKILL');
      throw error;
    });
    const close = async () => {
      await product.end('SIGTERM');
      await closeOthers();
    };
    const again: ProductionProduct['importDirectory'] = (change, accept) =>
      importDirectory(folder, settings, change, accept);
    const refusalOf = (other: Record<string, string>) =>
      spawnSync(process.execPath, [MAIN], {
        env: { PATH: process.env.PATH, ...settings, ...other },
        encoding: 'utf8',
      }).stderr;
    return { url, issuer, simulators, importDirectory: again, refusalOf, close };
  } catch (error) {
    await closeOthers();
    throw error;
  }
}

/** Imports a directory as operators do: practices, postcodes, and connections. Returns the sentence of a refusal, or null. */
function importDirectory(
  folder: string,
  settings: Record<string, string>,
  change: (practices: string) => string = (text) => text,
  accept: readonly string[] = [],
): string | null {
  const { practices: original, postcodes, outcodes, openingHours } = demoFiles();
  const practices = join(folder, basename(original));
  writeFileSync(practices, change(readFileSync(original, 'utf8')));
  const postcodesFolder = join(folder, 'postcodes');
  mkdirSync(postcodesFolder, { recursive: true });
  copyFileSync(postcodes, join(postcodesFolder, 'WY.csv'));
  const connections = join(folder, 'connections.csv');
  writeFileSync(connections, connectionsFile(original));
  const files = {
    practices,
    postcodes: postcodesFolder,
    outcodes,
    connections,
    'opening-hours': openingHours,
  };
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(MAIN, '..', 'scripts', 'directory-import.js'),
      ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]),
      ...accept.flatMap((guard) => ['--accept', guard]),
    ],
    { env: { PATH: process.env.PATH, ...settings }, encoding: 'utf8' },
  );
  return status === 0 ? null : stderr;
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
