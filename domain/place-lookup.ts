/** Where somebody is, in WGS 84 degrees, and how exactly that is known. */
export interface Place {
  /** As written by the Post Office, `LS1 4AP` or only `LS1`; null when coordinates were given. */
  postcode: string | null;
  latitude: number;
  longitude: number;
  precision: PlacePrecision;
}

export const PLACE_PRECISIONS = ['UNIT_POSTCODE', 'OUTWARD_CODE', 'COORDINATES'] as const;
export type PlacePrecision = (typeof PLACE_PRECISIONS)[number];

/** What became of a postcode: an outward code's centre stands in for a unit postcode that is not loaded. */
export type PlaceAnswer = { kind: 'found'; place: Place } | { kind: 'unknown' } | { kind: 'malformed' };

/**
 * Reference data about postcodes. Implemented by the practice directory and handed to whoever needs it by start.ts,
 * so that no subgraph asks another behind the gateway's back.
 */
export interface PlaceLookup {
  /** @param postcode as a person types it: case, spaces and no-break spaces do not matter. */
  find(postcode: string): Promise<PlaceAnswer>;
}
