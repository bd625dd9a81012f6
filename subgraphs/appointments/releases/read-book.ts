import type { Logger } from 'pino';
import { SupplierError, type GpSystem, type Slot } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import type { OdsCode } from '../../../domain/ods-code';
import type { BookConnection } from '../../../domain/practice-books';
import type { Timers } from '../../../domain/timers';
import { boundedCall, routesTo, type GpSystems } from '../gp-systems';
import type { SlotKinds } from './slot-kinds';

export interface ReadBookDeps {
  kinds: SlotKinds;
  timers: Timers;
  logger: Logger;
}

/** Reads the free slots of a practice's own book for its staff. Null where its system does not answer. */
export async function readBook(
  system: GpSystem,
  range: { practice: OdsCode; from: Date; to: Date },
  { callerId, requestId }: { callerId: string; requestId: string },
  { kinds, timers, logger }: ReadBookDeps,
): Promise<Slot[] | null> {
  const call = boundedCall(system.manifest.limits.timeoutMs.search, requestId, timers);
  const slots: Slot[] = [];
  try {
    const actor = { kind: 'STAFF', id: callerId } as const;
    for await (const page of system.searchSlots({ ...range, actor }, call)) slots.push(...page);
  } catch (error) {
    if (!(error instanceof SupplierError)) throw error;
    logger.warn({ err: loggableError(error) }, "a practice's book could not be looked into");
    return null;
  }
  await kinds.note(range.practice, system.manifest.route, slots);
  return slots;
}

/** The system by which staff can look: a patient's session is the patient's own. */
export function networkSystem(
  connections: readonly BookConnection[],
  systems: GpSystems,
): GpSystem | undefined {
  return routesTo(connections, systems).find(({ route }) => route === 'NETWORK')?.system;
}
