import type { BookingRoute } from '../../adapters/gp-system';

/** How a practice's book is reached. A practice may have one route, both or neither. */
export interface SupplierConnection {
  /** Id of an adapter's manifest; only the composition root knows which exist. */
  supplier: string;
  route: BookingRoute;
}

/** What is true of practices beyond the directory; chosen where the process is put together. */
export interface PracticeDefaults {
  /** Where no file of connections has been imported. */
  connectionsOf(odsCode: string): SupplierConnection[];
}
