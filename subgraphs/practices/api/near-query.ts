import type { PlaceLookup, PlacePrecision } from '../../../domain/place';
import type { Point } from '../directory/great-circle';
import { readCursor, type NearPosition } from './near-cursor';
import type { CoordinatesInput, PlaceInput } from './practices-near';

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
  precision: PlacePrecision;
  withinMiles: number;
  first: number;
  after: NearPosition | null;
}

export type NearReading =
  NearQuery | { kind: 'unknown-postcode' } | { kind: 'invalid'; fields: Record<string, string> };

type PlaceReading =
  | { kind: 'place'; from: Point; precision: PlacePrecision }
  | { kind: 'unknown-postcode' }
  | { kind: 'invalid'; path: string; message: string };

/** Checks everything, so that all problems are answered at once. */
export async function readNearQuery(args: NearArguments, places: PlaceLookup): Promise<NearReading> {
  const { withinMiles, first } = args;
  const place = await readPlace(args.near, places);
  const after = args.after == null ? null : readCursor(args.after);
  const fields = {
    ...(place.kind === 'invalid' && { [place.path]: place.message }),
    ...(!(withinMiles >= 0 && withinMiles <= MAX_MILES) && {
      withinMiles: `Must be from 0 to ${MAX_MILES} miles.`,
    }),
    ...(!(first >= 1 && first <= MAX_FIRST) && { first: `Must be from 1 to ${MAX_FIRST}.` }),
    ...(after === undefined && { after: 'Must be a cursor that this field has answered with.' }),
  };
  if (place.kind === 'invalid' || after === undefined || Object.keys(fields).length > 0)
    return { kind: 'invalid', fields };
  if (place.kind === 'unknown-postcode') return place;
  const { from, precision } = place;
  return { kind: 'query', from, precision, withinMiles, first, after };
}

async function readPlace({ postcode, coordinates }: PlaceInput, places: PlaceLookup): Promise<PlaceReading> {
  if (postcode != null && coordinates != null) return exactlyOne;
  if (coordinates != null) return readCoordinates(coordinates);
  if (postcode == null) return exactlyOne;
  const answer = await places.find(postcode);
  switch (answer.kind) {
    case 'found':
      return { kind: 'place', from: answer.place, precision: answer.place.precision };
    case 'unknown':
      return { kind: 'unknown-postcode' };
    case 'malformed':
      return {
        kind: 'invalid',
        path: 'near.postcode',
        message: 'Must be a postcode, for example LS1 4AP or LS1.',
      };
  }
}

const exactlyOne: PlaceReading = {
  kind: 'invalid',
  path: 'near',
  message: 'Send exactly one of postcode and coordinates.',
};

function readCoordinates({ latitude, longitude }: CoordinatesInput): PlaceReading {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
    return { kind: 'place', from: { latitude, longitude }, precision: 'COORDINATES' };
  return {
    kind: 'invalid',
    path: 'near.coordinates',
    message: 'Latitude must be from -90 to 90 and longitude from -180 to 180.',
  };
}
