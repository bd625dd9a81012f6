import { sql, type RawBuilder } from 'kysely';
import type { BookingState } from '../lifecycle/states';

/**
 * The states as the partial indexes name them: written out and in the same order, because SQLite uses such an index only
 * for a condition that reads like the index's own.
 */
export function oneOf(states: readonly BookingState[]): RawBuilder<BookingState>[] {
  return states.map((state) => sql.lit(state));
}
