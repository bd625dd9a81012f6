import pino from 'pino';
import { OdsCode } from '../../domain/ods-code';
import type { Timers } from '../../domain/timers';
import type { GpSystem } from '../gp-system';
import { createGpSystems, type SupplierId, type SupplierSettings } from '../registry';

/** This service as the suite introduces it. */
export const CONSUMER = {
  odsCode: OdsCode.parse('X26'),
  name: 'GP Booking Gateway',
  type: 'urgent-care',
  phone: '01632 960999',
  asid: '999000000001',
};

/** One supplier's GP system against an address, for exchanges that a test itself answers, or with the values of a real one. */
export function gpSystemAt(
  id: SupplierId,
  at: string | SupplierSettings,
  now: () => Date,
  timers?: Timers,
): GpSystem {
  const systems = createGpSystems({
    suppliers: { [id]: typeof at === 'string' ? { url: at } : at },
    consumer: CONSUMER,
    logger: pino({ level: 'silent' }),
    now,
    ...(timers && { timers }),
  });
  const system = systems.get(id);
  if (!system) throw new Error(`No GP system ${id}.`);
  return system;
}
