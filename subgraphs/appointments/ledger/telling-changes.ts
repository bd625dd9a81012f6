import type { TellChanges } from '../../../domain/booking-changes';
import type { Ledger } from './ledger';

/** The ledger, which tells whoever follows a booking of each move, once that is on disk. */
export function tellingChanges(ledger: Ledger, changes: TellChanges): Ledger {
  return {
    ...ledger,
    async applyTransition(booking, ...change) {
      const moved = await ledger.applyTransition(booking, ...change);
      if (moved.kind === 'moved') {
        changes.changed(booking.id);
        // By standing it may have begun to cancel the one whose place it takes.
        if (booking.replacesId !== null) changes.changed(booking.replacesId);
      }
      return moved;
    },
  };
}
