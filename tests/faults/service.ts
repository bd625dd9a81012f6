import 'reflect-metadata';
import pino from 'pino';
import type { GpSystem } from '../../adapters/gp-system';
import { createGpSystems } from '../../adapters/registry';
import { keyedDigest } from '../../domain/secret';
import { OdsCode } from '../../domain/ods-code';
import { machineTimers } from '../../domain/timers';
import { appointmentsSubgraph, type AppointmentsDeps } from '../../subgraphs/appointments';
import { contactSealer } from '../../subgraphs/appointments/sealed-contacts';
import { inProcessHolds } from '../../subgraphs/appointments/holds/in-process-holds';
import { redisHolds } from '../../subgraphs/appointments/holds/redis-holds';
import { ledger } from '../../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { Offer } from '../../subgraphs/appointments/holds/offers';
import { patients } from '../../subgraphs/appointments/sealed-patients';
import { inProcessCopies } from '../../subgraphs/appointments/recovery/booking-copies';
import { releaseLedger } from '../../subgraphs/appointments/releases/stored-releases';
import { sealer } from '../../domain/sealed';
import { openDatabase } from '../../platform/database/database';
import { serveSubgraph } from '../../platform/graphql/subgraph-server';
import { policyOf } from './fault-practice';
import { checksOver } from './kept-checks';
import { crashPoints } from './crash-points';
import { ServiceSettings, SETTINGS_VARIABLE, ToService, type FromService } from './service-settings';
import { EXECUTOR } from '../executor';
import { insightOf } from '../insight-of';

/**
 * The service under test, a process of its own: the appointments subgraph over real stores and real adapters, with
 * suppliers' times shortened and every call of a dependency a place where the process can be made to die.
 */
async function main(): Promise<void> {
  const settings = ServiceSettings.parse(JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}'));
  const points = crashPoints(() => process.kill(process.pid, 'SIGKILL'));
  const logger = pino({ level: process.env.FAULTS_LOG ?? 'silent' }, pino.destination(2));
  const key = (name: keyof ServiceSettings['keys']) => Buffer.from(settings.keys[name], 'hex');
  let offsetMs = settings.clockOffsetMs;
  const now = () => new Date(Date.now() + offsetMs);

  const systems = createGpSystems({
    suppliers: {
      emis: supplier(settings.suppliers.emis),
      tpp: supplier(settings.suppliers.tpp),
      'gp-connect': supplier(settings.suppliers['gp-connect']),
    },
    consumer: {
      odsCode: OdsCode.parse('X26'),
      name: 'Test',
      type: 'urgent-care',
      phone: '01632 960999',
      asid: '1',
    },
    logger,
    now,
  });
  const database = await openDatabase<LedgerTables>(settings.database, 'appointments', ledgerMigrations);
  const defaultPolicyOf = policyOf;
  const deps: AppointmentsDeps = {
    ...insightOf(database.db, now),
    systems: new Map(
      [...systems].map(([id, system]) => [id, points.watched('supplier', hasty(system, settings))]),
    ),
    ledger: points.watched('ledger', ledger(database, logger, { defaultPolicyOf, now })),
    releases: releaseLedger(database, defaultPolicyOf),
    holds: points.watched(
      'holds',
      settings.redisUrl === null ? inProcessHolds() : redisHolds(settings.redisUrl, logger),
    ),
    copies: inProcessCopies(now),
    offers: sealer(Offer, key('offer')),
    patients: patients({ details: key('patientDetails'), digest: key('patientDigest') }),
    contacts: contactSealer(key('patientDetails')),
    checks: checksOver(settings.checksUrl),
    fingerprint: keyedDigest(key('fingerprint')),
    holdMs: settings.holdMs,
    compareEveryMs: settings.compareEveryMs,
    offerMs: 10 * 60_000,
    webhook: receiver(settings.webhook),
    practiceWebhook: receiver(settings.practiceWebhook),
    atOnce: settings.atOnce,
    now,
    timers: machineTimers,
    logger,
  };
  const subgraph = appointmentsSubgraph(deps);
  const server = await serveSubgraph(subgraph, {
    http: { host: '127.0.0.1', port: 0 },
    callerKeys: [key('caller')],
    executor: EXECUTOR,
    logger,
  });

  process.on('message', (message) => {
    const order = ToService.parse(message);
    switch (order.kind) {
      case 'watch':
        points.watch(order.crashAt);
        tell({ kind: 'done' });
        return;
      case 'report-steps':
        tell({ kind: 'steps', steps: [...points.steps()] });
        return;
      case 'set-clock':
        offsetMs = order.offsetMs;
        tell({ kind: 'done' });
        return;
      case 'close':
        void server
          .close()
          .then(() => subgraph.close())
          .then(
            () => {
              tell({ kind: 'done' });
            },
            (error: unknown) => {
              tell({ kind: 'failed', message: String(error) });
            },
          );
    }
  });
  // Nobody is left to be served when the harness has gone.
  process.once('disconnect', () => process.exit());
  tell({ kind: 'listening', url: server.url });
}

/** Faults are the subject here: the breaker must not step in between them. */
function supplier(url: string) {
  return { url, breaker: { consecutiveFailures: 1_000_000, halfOpenAfterMs: 100 } };
}

function hasty(system: GpSystem, { timeoutMs, settleMs }: ServiceSettings): GpSystem {
  const limits = {
    ...system.manifest.limits,
    timeoutMs: { search: timeoutMs, book: timeoutMs, read: timeoutMs, cancel: timeoutMs },
    settleMs,
  };
  return { ...system, manifest: { ...system.manifest, limits } };
}

function receiver({ url, key }: ServiceSettings['webhook']) {
  return { url, keys: [Buffer.from(key, 'hex')] };
}

function tell(message: FromService): void {
  process.send?.(message);
}

main().catch((error: unknown) => {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
});
