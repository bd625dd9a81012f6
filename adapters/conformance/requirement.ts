import type { Manifest } from '../gp-system';
import type { Laboratory } from './laboratory';

/**
 * The levels and their subjects: L0 the manifest, L1 the mapping of replies, L2 the behaviour, L3 the behaviour under faults,
 * L4 that nothing is left behind.
 */
export const LEVELS = ['L0', 'L1', 'L2', 'L3', 'L4'] as const;
export type Level = (typeof LEVELS)[number];

/** One thing that every adapter promises, tried in a laboratory of its own. */
export interface Requirement {
  level: Level;
  /** Stable, for certificates and bypasses: `book.refuses-a-booked-slot`. */
  id: string;
  /** Reads after "An adapter …". */
  title: string;
  /** Returns the reason for which the manifest makes it not apply; null where it applies. */
  notFor?(manifest: Manifest): string | null;
  /** Throws where the adapter does not keep it; the message says what to look at. */
  run(lab: Laboratory): Promise<void>;
}
