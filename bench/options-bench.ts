import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { createGpSystems } from '../adapters/registry';
import { OdsCode } from '../domain/ods-code';
import type { ReleasePolicy } from '../domain/release-policy';
import { machineTimers } from '../domain/timers';
import { inProcessHolds } from '../subgraphs/appointments/holds/in-process-holds';
import { freePort } from '../platform/http/free-port';
import { findOptions } from '../subgraphs/appointments/options/find-options';

/**
 * `npm run bench:options`: the search over 30 practices whose supplier takes 50 ms for each, against the ideal of one
 * supplier's time for every wave. Prints the ratio; absolute times mean nothing on a shared machine.
 */
const PRACTICES = 30;
const SUPPLIER_MS = 50;
const ROUNDS = 30;
const WARM_UP = 10;
const AT_ONCE = [25, 10];
const TARGET = 1.5;
const HOUR = 60 * 60_000;

const OPEN: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE'],
  dispositionIds: ['gp-6h'],
  slotTypes: ['111 urgent'],
  ageInMonths: null,
  dailyQuota: null,
  takeBackMinutes: 0,
  minimumNoticeMinutes: 0,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
  closures: [],
};

interface Row {
  atOnce: number;
  waves: number;
  idealMs: number;
  medianMs: number;
  ratio: number;
}

const CONSUMER = {
  odsCode: OdsCode.parse('X26'),
  name: 'Bench',
  type: 'urgent-care',
  phone: '01632 960999',
  asid: '1',
};

const NOBODY = { own: null, stopped: [], withinMiles: 10, placeKnown: true };

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const logger = pino({ level: 'silent' });
  const now = () => new Date();
  const suppliers = await supplierProcess();
  const practices = Array.from({ length: PRACTICES }, (_, index) => OdsCode.parse(`T${20_000 + index}`));
  await suppliers.control('/latency', { supplier: 'gp-connect', ms: SUPPLIER_MS });
  const systems = createGpSystems({
    suppliers: { 'gp-connect': { url: suppliers.url } },
    consumer: CONSUMER,
    logger,
    now,
  });

  const deps = {
    systems,
    holds: inProcessHolds(),
    ledger: { liveBeside: () => Promise.resolve({ slots: new Set<string>(), others: () => [] }) },
    now,
    timers: machineTimers,
    logger,
  };

  async function search(atOnce: number): Promise<number> {
    const deadline = new Date(Date.now() + 6 * HOUR);
    const near = practices.map((odsCode, index) => ({
      odsCode,
      distanceMiles: index / 10,
      connections: [{ supplier: 'gp-connect', route: 'NETWORK' as const }],
      release: OPEN,
    }));
    const started = performance.now();
    const found = await findOptions(
      {
        outcome: {
          deadline,
          disposition: { id: 'gp-6h', bookable: 'NETWORK', modes: ['IN_PERSON', 'TELEPHONE'] },
        },
        candidates: { ...NOBODY, near, practicesInRadius: PRACTICES },
        search: {
          need: { ageInMonths: 72, dispositionId: 'gp-6h', modes: ['IN_PERSON', 'TELEPHONE'], deadline },
          earliest: null,
          actor: { kind: 'PATIENT', id: 'bench' },
          callerId: 'bench',
          patient: undefined,
          requestId: randomUUID(),
          signal: new AbortController().signal,
        },
        first: PRACTICES,
        elsewhereReason: null,
        timeoutMs: 10_000,
      },
      atOnce,
      deps,
    );
    if (!found.complete || found.considered.length !== PRACTICES)
      throw new Error('Not every practice answered.');
    return performance.now() - started;
  }

  const rows: Row[] = [];
  for (const atOnce of AT_ONCE) {
    for (let round = 0; round < WARM_UP; round++) await search(atOnce);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await search(atOnce));
    const ideal = Math.ceil(PRACTICES / atOnce) * SUPPLIER_MS;
    rows.push({
      atOnce,
      waves: ideal / SUPPLIER_MS,
      idealMs: ideal,
      medianMs: median(times),
      ratio: median(times) / ideal,
    });
  }
  suppliers.stop();
  report(rows, values.json);
  if (rows.some(({ ratio }) => ratio > TARGET)) process.exitCode = 1;
}

function report(rows: readonly Row[], json: boolean): void {
  if (json)
    console.log(JSON.stringify({ practices: PRACTICES, supplierMs: SUPPLIER_MS, target: TARGET, rows }));
  else {
    console.log(
      `${PRACTICES} practices, ${SUPPLIER_MS} ms each; median of ${ROUNDS} searches over real HTTP; target: at most ${TARGET} × ideal`,
    );
    for (const { atOnce, waves, idealMs, medianMs, ratio } of rows)
      console.log(
        `  ${atOnce} at once: ${waves} × ${SUPPLIER_MS} ms = ${idealMs} ms ideal, ${medianMs.toFixed(0)} ms taken: ratio ${ratio.toFixed(2)}`,
      );
  }
}

/** The suppliers have a process, and so a core, of their own, as real ones have. */
async function supplierProcess() {
  const [control, gpConnect] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    SIMULATOR_CONTROL_PORT: String(control),
    SIMULATOR_GP_CONNECT_PORT: String(gpConnect),
    SIMULATOR_EMIS_PORT: '0',
    SIMULATOR_TPP_PORT: '0',
    SIMULATOR_BARS_PORT: '0',
    DATA_DIR: mkdtempSync(join(tmpdir(), 'gp-booking-bench-')),
  };
  const child = spawn(process.execPath, [join(__dirname, '..', 'main.js'), 'suppliers'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill('SIGTERM'));
  await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${gpConnect}`,
    async control(path: string, body: unknown): Promise<void> {
      const response = await fetch(`http://127.0.0.1:${control}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`The simulated suppliers answered ${path} with ${response.status}.`);
    },
    stop: () => child.kill('SIGTERM'),
  };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
