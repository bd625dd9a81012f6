import type { Logger } from 'pino';
import { machineTimers, type Timers } from '../domain/timers';
import type { GpSystem, Manifest } from './gp-system';
import { gpSystemOf } from './gp-system-of';
import type { Consumer, Supplier } from './supplier';
import { supplierHttp, type SupplierHttpOptions } from './http/supplier-http';
import * as listed from './suppliers';
import { inProcessThrottles, type Throttles } from './http/throttles';

export type SupplierId = (typeof listed)[keyof typeof listed]['manifest']['id'];
export type SupplierSettings = Pick<SupplierHttpOptions, 'breaker' | 'maxResponseBytes'> & {
  url: string;
  /** Values of the manifest's `settings`, by name; what the simulator takes where they are missing. */
  values?: Readonly<Record<string, string>> | undefined;
  /** Instead of what the manifest allows, for the supplier and for each practice. */
  requestsPerSecond?: number;
};

/** Sorted by id: a module's exports have no order of their own. */
export const suppliers: readonly Supplier<SupplierId>[] = Object.values<Supplier<SupplierId>>(listed).sort(
  (one, other) => one.manifest.id.localeCompare(other.manifest.id),
);
export const supplierIds: readonly SupplierId[] = suppliers.map(({ manifest }) => manifest.id);

/** @throws Error naming the suppliers that there are. */
export function supplierNamed(id: string): Supplier<SupplierId> {
  const supplier = suppliers.find(({ manifest }) => manifest.id === id);
  if (supplier) return supplier;
  throw new Error(
    `There is no supplier "${id}" in adapters/suppliers.ts: choose one of ${supplierIds.join(', ')}.`,
  );
}

/** Creates the GP systems of all suppliers that have settings, in their order. */
export function createGpSystems(options: {
  suppliers: Partial<Record<SupplierId, SupplierSettings>>;
  consumer: Consumer;
  logger: Logger;
  now: () => Date;
  /** Shared by all processes, where there are several. */
  throttles?: Throttles;
  timers?: Timers;
  /** Measure the pauses that adapters make; `timers` without it. */
  pauses?: Timers;
}): ReadonlyMap<string, GpSystem> {
  const { logger, now, consumer, timers = machineTimers } = options;
  const { throttles = inProcessThrottles(timers), pauses = timers } = options;
  const systems = new Map<string, GpSystem>();
  for (const [id, settings] of Object.entries(options.suppliers)) {
    const { manifest, create } = supplierNamed(id);
    const { url, values = {}, requestsPerSecond, ...limits } = settings;
    const http = supplierHttp({
      ...limits,
      supplier: manifest.id,
      baseUrl: url.replace(/\/+$/, '') + (manifest.basePath ?? ''),
      limits: limitsWith(manifest.limits, requestsPerSecond),
      throttleScope: manifest.throttleScope,
      throttles,
      timers,
      logger,
    });
    const adapter = create({ now, consumer, settings: settingsOf(manifest, values) });
    const system = gpSystemOf({ manifest, adapter, http, now, timers: pauses, logger });
    systems.set(manifest.id, { ...system, breaker: http.breaker });
  }
  return systems;
}

function limitsWith(
  { concurrency, requestsPerSecond, perPractice }: Manifest['limits'],
  instead: number | undefined,
): SupplierHttpOptions['limits'] {
  return {
    concurrency,
    requestsPerSecond: instead ?? requestsPerSecond,
    perPractice: perPractice && {
      ...perPractice,
      requestsPerSecond: instead ?? perPractice.requestsPerSecond,
    },
  };
}

/** Takes the simulator's value for one that is missing: production has refused to start without it. */
function settingsOf({ settings = [] }: Manifest, values: Readonly<Record<string, string>>) {
  return Object.fromEntries(settings.map(({ name, simulated }) => [name, values[name] ?? simulated]));
}
