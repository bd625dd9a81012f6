import { fieldFault, type FieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { PlaceLookup, PlacePrecision } from '../../../domain/place-lookup';
import type { Point } from '../directory/great-circle';
import { readCursor, type NearPosition } from './near-cursor';
import type { CoordinatesInput, PlaceInput } from '../types/practices-near';

export const MAX_MILES = 50;
export const MAX_FIRST = 100;

/** `practicesNear`'s arguments as sent. */
export interface NearArguments {
  near: PlaceInput;
  withinMiles: number;
  first: number;
  after?: string | null;
}

export interface NearQuery {
  kind: 'query';
  from: Point;
  /** The postcode as it was read; null of coordinates. */
  place: string | null;
  precision: PlacePrecision;
  withinMiles: number;
  first: number;
  after: NearPosition | null;
}

export type NearReading = NearQuery | { kind: 'unknown-postcode' } | { kind: 'invalid'; faults: FieldFaults };

type PlaceReading =
  | ({ kind: 'place' } & Pick<NearQuery, 'from' | 'place' | 'precision'>)
  | { kind: 'unknown-postcode' }
  | { kind: 'invalid'; path: string; fault: FieldFault };

/** Checks everything, so that all problems are reported at once. */
export async function readNearQuery(args: NearArguments, places: PlaceLookup): Promise<NearReading> {
  const { withinMiles, first } = args;
  const place = await readPlace(args.near, places);
  const after = args.after == null ? null : readCursor(args.after);
  const faults: FieldFaults = {
    ...(place.kind === 'invalid' && { [place.path]: place.fault }),
    ...(!(withinMiles >= 0 && withinMiles <= MAX_MILES) && {
      withinMiles: fieldFault('OUT_OF_RANGE', { min: 0, max: MAX_MILES, unit: 'miles' }),
    }),
    ...(!(first >= 1 && first <= MAX_FIRST) && {
      first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }),
    }),
    ...(after === undefined && { after: fieldFault('NOT_A_CURSOR', {}) }),
  };
  if (place.kind === 'invalid' || after === undefined || Object.keys(faults).length > 0)
    return { kind: 'invalid', faults };
  if (place.kind === 'unknown-postcode') return place;
  return { ...place, kind: 'query', withinMiles, first, after };
}

async function readPlace({ postcode, coordinates }: PlaceInput, places: PlaceLookup): Promise<PlaceReading> {
  if (postcode != null && coordinates != null)
    return invalid('near', fieldFault('EXACTLY_ONE', { of: 'postcode and coordinates' }));
  if (coordinates != null) return readCoordinates(coordinates);
  if (postcode == null) return invalid('near', fieldFault('POSTCODE_REQUIRED', {}));
  if (postcode.trim() === '') return invalid('near.postcode', fieldFault('POSTCODE_REQUIRED', {}));
  const answer = await places.find(postcode);
  switch (answer.kind) {
    case 'found':
      return {
        kind: 'place',
        from: answer.place,
        place: answer.place.postcode,
        precision: answer.place.precision,
      };
    case 'unknown':
      return { kind: 'unknown-postcode' };
    case 'malformed':
      return invalid('near.postcode', fieldFault('NOT_A_POSTCODE', {}));
  }
}

function invalid(path: string, fault: FieldFault): PlaceReading {
  return { kind: 'invalid', path, fault };
}

function readCoordinates({ latitude, longitude }: CoordinatesInput): PlaceReading {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
    return { kind: 'place', from: { latitude, longitude }, place: null, precision: 'COORDINATES' };
  return invalid('near.coordinates', fieldFault('NOT_COORDINATES', {}));
}
