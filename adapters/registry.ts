import type { Logger } from 'pino';
import type { OdsCode } from '../domain/ods-code';
import { emis } from './emis/emis';
import { manifest as emisManifest } from './emis/emis.manifest';
import { gpConnect } from './gp-connect/gp-connect';
import { manifest as gpConnectManifest } from './gp-connect/gp-connect.manifest';
import type { ConsumerOrganisation } from './gp-connect/jwt';
import type { GpSystem, Manifest } from './gp-system';
import { supplierHttp, type SupplierHttp, type SupplierHttpOptions } from './supplier-http';
import { tpp } from './tpp/tpp';
import { manifest as tppManifest } from './tpp/tpp.manifest';

/** What every adapter is made with. `consumer` is this service as other organisations see it. */
export interface AdapterOptions {
  http: SupplierHttp;
  now: () => Date;
  consumer: Consumer;
}

export interface Consumer extends ConsumerOrganisation {
  odsCode: OdsCode;
}

interface Supplier {
  manifest: Manifest;
  create(options: AdapterOptions): GpSystem;
}

/** Adding a supplier is its folder and one line here. */
export const suppliers = {
  emis: { manifest: emisManifest, create: emis },
  tpp: { manifest: tppManifest, create: tpp },
  'gp-connect': { manifest: gpConnectManifest, create: gpConnect },
} as const satisfies Record<string, Supplier>;

export type SupplierId = keyof typeof suppliers;
export type SupplierSettings = Pick<SupplierHttpOptions, 'breaker' | 'maxResponseBytes'> & { url: string };

/** The adapters of all suppliers that have settings; one that has none is not asked. */
export function createGpSystems(options: {
  suppliers: Partial<Record<SupplierId, SupplierSettings>>;
  consumer: Consumer;
  logger: Logger;
  now: () => Date;
}): ReadonlyMap<string, GpSystem> {
  const { logger, now, consumer } = options;
  const systems = new Map<string, GpSystem>();
  for (const supplier of Object.values<Supplier>(suppliers)) {
    const { manifest } = supplier;
    const settings = new Map(Object.entries(options.suppliers)).get(manifest.id);
    if (!settings) continue;
    const { url, ...limits } = settings;
    const http = supplierHttp({
      ...limits,
      supplier: manifest.id,
      baseUrl: url,
      limits: manifest.limits,
      logger,
    });
    systems.set(manifest.id, { ...supplier.create({ http, now, consumer }), breaker: http.breaker });
  }
  return systems;
}
