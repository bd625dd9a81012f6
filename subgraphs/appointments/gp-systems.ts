import type { Actor, Call, GpSystem } from '../../adapters/gp-system';
import type { Caller } from '../../domain/caller';
import type { ReleasePolicy } from '../../domain/release-policy';
import type { BookConnection } from '../../domain/practice-books';
import type { Timers } from '../../domain/timers';

/** The GP systems that this service is connected to, by supplier id. */
export type GpSystems = ReadonlyMap<string, GpSystem>;

/**
 * Bounds an exchange in time by its deadline, which `supplier-http.ts` enforces; `signal` ends it earlier when
 * nobody waits any more.
 * @param timeoutMs the supplier's own, of its manifest: exceeding it is the supplier's failure. A caller who waits
 * less long aborts the signal.
 */
export function boundedCall(
  timeoutMs: number,
  requestId: string,
  timers: Timers,
  signal = new AbortController().signal,
): Call {
  return { deadline: timers.elapsedMs() + timeoutMs, signal, requestId };
}

/** The routes by which something can be booked: a system that can read a booking back, so that a lost answer is resolved. */
export function routesTo(
  connections: readonly BookConnection[],
  systems: GpSystems,
): { route: BookConnection['route']; system: GpSystem }[] {
  return connections.flatMap(({ supplier, route }) => {
    const system = systems.get(supplier);
    return system === undefined || system.manifest.capabilities.readBack === 'none'
      ? []
      : [{ route, system }];
  });
}

/** Identifies the caller, as the actor towards suppliers. */
export function supplierActorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'anonymous':
      return { kind: 'PATIENT', id: 'anonymous' };
    case 'patient':
      return { kind: 'PATIENT', id: caller.id };
    case 'practice-staff':
    case 'analyst':
    case 'operator':
      return { kind: 'STAFF', id: caller.id };
  }
}

/** Returns the practice's rules with the supplier's cut-off where that is earlier: until then a change can be promised. */
export function withSupplierCutOff<Rules extends Pick<ReleasePolicy, 'cancelCutOffMinutes'>>(
  { manifest }: Pick<GpSystem, 'manifest'>,
  rules: Rules,
): Rules {
  const { cancelCutOffMinutes } = manifest.capabilities;
  return { ...rules, cancelCutOffMinutes: Math.max(cancelCutOffMinutes, rules.cancelCutOffMinutes) };
}

/** @throws Error when a supplier was unplugged that bookings still stand with: an operator's mistake. */
export function systemOf({ offer }: { offer: { supplier: string } }, systems: GpSystems): GpSystem {
  const system = systems.get(offer.supplier);
  if (system === undefined) throw new Error(`Supplier ${offer.supplier} is not configured.`);
  return system;
}
