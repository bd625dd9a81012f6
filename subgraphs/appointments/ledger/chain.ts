import { createHash } from 'node:crypto';
import type { ActorKind, BookingState } from '../lifecycle/states';
import type { LedgerEvent } from '../database/tables';

export interface ChainedEvent {
  bookingId: string;
  version: number;
  at: number;
  event: LedgerEvent;
  state: BookingState;
  actor: ActorKind;
}

/**
 * Each event's hash covers the one before it, so that nothing of a booking's history can be changed, taken out or put in
 * between without every later hash being wrong. SHA-256, base64url.
 */
export function eventHash(previous: string | null, event: ChainedEvent): string {
  const { bookingId, version, at, event: name, state, actor } = event;
  const content = JSON.stringify([previous, bookingId, version, at, name, state, actor]);
  return createHash('sha256').update(content).digest('base64url');
}

/**
 * The first version of one booking's history that does not follow from what is before it; null when it is whole.
 * @param events in order of their versions.
 * @param latest the booking's own version, so that it shows when the last events were taken away.
 */
export function firstBroken(
  events: readonly (ChainedEvent & { hash: string | null })[],
  latest: number,
): number | null {
  let previous: string | null = null;
  for (const [index, event] of events.entries()) {
    if (event.version !== index + 1 || event.hash !== eventHash(previous, event)) return event.version;
    previous = event.hash;
  }
  return events.length === latest ? null : events.length + 1;
}
