import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import { OdsCode } from '../../../domain/ods-code';
import type { PlaceLookup, ResolvedPlace } from '../../../domain/place-lookup';

export interface PlaceAsGiven {
  postcode?: string | null;
  coordinates?: { latitude: number; longitude: number } | null;
}

/** Place and practice of a person as they arrive. */
export interface WhereaboutsAsGiven {
  place?: PlaceAsGiven | null;
  registeredPracticeOdsCode?: string | null;
}

interface Whereabouts {
  place: ResolvedPlace | null;
  declaredPractice: OdsCode | null;
}

export type Read<T> = { ok: true; value: T } | { ok: false; faults: FieldFaults };

/**
 * The box round Great Britain, degrees; the practice directory is of England, and somebody just over the border may
 * well be near a practice in it.
 */
const GREAT_BRITAIN = { south: 49.8, north: 60.9, west: -8.7, east: 1.8 } as const;

/** Place, practice or both: nothing at all is a fault. */
export async function readWhereabouts(
  input: WhereaboutsAsGiven,
  places: PlaceLookup,
): Promise<Read<Whereabouts>> {
  const place = await readPlace(input.place ?? null, places);
  const practice = readPractice(input.registeredPracticeOdsCode ?? null);
  if (!place.ok || !practice.ok)
    return {
      ok: false,
      faults: { ...(place.ok ? {} : place.faults), ...(practice.ok ? {} : practice.faults) },
    };
  if (place.value === null && practice.value === null)
    return { ok: false, faults: { 'input.place': fieldFault('POSTCODE_REQUIRED', {}) } };
  return { ok: true, value: { place: place.value, declaredPractice: practice.value } };
}

export async function readPlace(
  input: PlaceAsGiven | null,
  places: PlaceLookup,
): Promise<Read<ResolvedPlace | null>> {
  if (input === null) return { ok: true, value: null };
  const { postcode, coordinates } = input;
  if (typeof postcode === 'string' && !coordinates) return readPostcode(postcode, places);
  if (typeof postcode !== 'string' && coordinates) return readCoordinates(coordinates);
  const fault = coordinates
    ? fieldFault('EXACTLY_ONE', { of: 'postcode and coordinates' })
    : fieldFault('POSTCODE_REQUIRED', {});
  return { ok: false, faults: { 'input.place': fault } };
}

async function readPostcode(postcode: string, places: PlaceLookup): Promise<Read<ResolvedPlace>> {
  const fault = (code: 'POSTCODE_REQUIRED' | 'NOT_A_POSTCODE' | 'UNKNOWN_POSTCODE'): Read<never> => ({
    ok: false,
    faults: { 'input.place.postcode': fieldFault(code, {}) },
  });
  if (postcode.trim() === '') return fault('POSTCODE_REQUIRED');
  const answer = await places.find(postcode);
  switch (answer.kind) {
    case 'found':
      return { ok: true, value: answer.place };
    case 'malformed':
      return fault('NOT_A_POSTCODE');
    case 'unknown':
      return fault('UNKNOWN_POSTCODE');
  }
}

function readCoordinates({
  latitude,
  longitude,
}: {
  latitude: number;
  longitude: number;
}): Read<ResolvedPlace> {
  const { south, north, west, east } = GREAT_BRITAIN;
  const inside = latitude >= south && latitude <= north && longitude >= west && longitude <= east;
  return inside
    ? { ok: true, value: { postcode: null, latitude, longitude, precision: 'COORDINATES' } }
    : { ok: false, faults: { 'input.place.coordinates': fieldFault('OUTSIDE_GREAT_BRITAIN', {}) } };
}

export function readPractice(odsCode: string | null): Read<OdsCode | null> {
  if (odsCode === null) return { ok: true, value: null };
  const parsed = OdsCode.safeParse(odsCode);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : {
        ok: false,
        faults: { 'input.registeredPracticeOdsCode': fieldFault('NOT_AN_ODS_CODE', {}) },
      };
}
