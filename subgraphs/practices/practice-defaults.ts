import type { BookingRoute } from '../../adapters/gp-system';

/** Route to a practice's book. A practice may have one route, both or neither. */
export interface SupplierConnection {
  /** Id of an adapter's manifest; only the composition root knows which exist. */
  supplier: string;
  route: BookingRoute;
}

/** Facts about practices that no imported file states; chosen where the process is put together. */
export interface PracticeDefaults {
  /** Returns the connections of a practice when no file of them has been imported. */
  connectionsOf(odsCode: string): SupplierConnection[];
}
