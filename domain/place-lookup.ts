/** A location in WGS 84 degrees, with its accuracy. */
export interface ResolvedPlace {
  /** The postcode in Royal Mail's format, `LS1 4AP` or only `LS1`; null when coordinates were sent. */
  postcode: string | null;
  latitude: number;
  longitude: number;
  precision: PlacePrecision;
  /** Quintile of deprivation (IMD 2019) of its neighbourhood, 1 the most deprived; absent where it was not imported. */
  deprivation?: number | null | undefined;
}

export const PLACE_PRECISIONS = ['UNIT_POSTCODE', 'OUTWARD_CODE', 'COORDINATES'] as const;
export type PlacePrecision = (typeof PLACE_PRECISIONS)[number];

/** Result of looking up a postcode: an outward code's centre replaces a unit postcode that is not loaded. */
export type PlaceAnswer =
  { kind: 'found'; place: ResolvedPlace } | { kind: 'unknown' } | { kind: 'malformed' };

/**
 * Reference data about postcodes. The practice directory implements it and start.ts injects it, so that no subgraph
 * calls another behind the gateway's back.
 */
export interface PlaceLookup {
  /** @param postcode text as a person types it: case, spaces and no-break spaces do not matter. */
  find(postcode: string): Promise<PlaceAnswer>;
}
