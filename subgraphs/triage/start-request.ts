import { ageInDays, ageInMonths, CalendarDate, londonDate } from '../../domain/london-time';
import { OdsCode } from '../../domain/ods-code';
import type { Place, PlaceLookup } from '../../domain/place';
import type { AssessedSubject } from './assessment-store';
import type { Content, PathwayContent } from './content/content';
import type { Relationship, Sex } from './content/vocabulary';
import { FIRST_LOCALE } from './content/wording';

/** A start as it arrives. What is text is not checked yet. */
export interface StartInput {
  pathwayId: string;
  subject: SubjectAsGiven;
  place?: PlaceAsGiven | null;
  registeredPracticeOdsCode?: string | null;
  locale?: string | null;
  idempotencyKey: string;
}

export interface SubjectAsGiven {
  relationship: Relationship;
  dateOfBirth: string;
  sex: Sex;
}

export interface PlaceAsGiven {
  postcode?: string | null;
  coordinates?: { latitude: number; longitude: number } | null;
}

/** A start that can be carried out. */
export interface StartRequest {
  pathway: PathwayContent;
  subject: AssessedSubject;
  place: Place | null;
  declaredPractice: OdsCode | null;
  locale: string;
  idempotencyKey: string;
}

/** What was wrong, by the path in the input, all of it at once. */
export type FieldFaults = Record<string, string>;

export type Read<T> = { ok: true; value: T } | { ok: false; faults: FieldFaults };

/**
 * The box round Great Britain, degrees; the practice directory is of England, and somebody just over the border may
 * well be near a practice in it.
 */
const GREAT_BRITAIN = { south: 49.8, north: 60.9, west: -8.7, east: 1.8 } as const;

const OLDEST_YEARS = 130;

/** Long enough that two anonymous callers do not choose the same one by chance: a UUID, for example. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{16,100}$/;

export async function readStartRequest(
  input: StartInput,
  deps: { content: Content; places: PlaceLookup; now: () => Date },
): Promise<Read<StartRequest>> {
  const pathway = deps.content.pathways.get(input.pathwayId);
  const subject = readSubject(input.subject, 'input.subject', deps.now());
  const place = await readPlace(input.place ?? null, deps.places);
  const practice = readPractice(input.registeredPracticeOdsCode ?? null);
  const locale = input.locale ?? FIRST_LOCALE;
  const faults: FieldFaults = {
    ...(pathway ? {} : { 'input.pathwayId': 'There is no such pathway; the query "pathways" lists them.' }),
    ...(subject.ok ? {} : subject.faults),
    ...(place.ok ? {} : place.faults),
    ...(practice.ok ? {} : practice.faults),
    ...(deps.content.locales.includes(locale)
      ? {}
      : { 'input.locale': `The symptom checks are worded in ${deps.content.locales.join(', ')}.` }),
    ...(IDEMPOTENCY_KEY.test(input.idempotencyKey)
      ? {}
      : { 'input.idempotencyKey': 'Use 16 to 100 printable characters without spaces, for example a UUID.' }),
  };
  if (!pathway || !subject.ok || !place.ok || !practice.ok || Object.keys(faults).length > 0)
    return { ok: false, faults };
  return {
    ok: true,
    value: {
      pathway,
      subject: subject.value,
      place: place.value,
      declaredPractice: practice.value,
      locale,
      idempotencyKey: input.idempotencyKey,
    },
  };
}

/** @param path of the subject in the operation, for the faults. */
export function readSubject(
  { relationship, dateOfBirth, sex }: SubjectAsGiven,
  path: string,
  now: Date,
): Read<AssessedSubject> {
  const today = londonDate(now);
  const born = CalendarDate.safeParse(dateOfBirth);
  const fault = (message: string): Read<never> => ({
    ok: false,
    faults: { [`${path}.dateOfBirth`]: message },
  });
  if (!born.success) return fault('Use year, month and day, for example 2020-03-29.');
  if (born.data > today) return fault('A date of birth is not in the future.');
  if (born.data < yearsBefore(today, OLDEST_YEARS))
    return fault(`A date of birth is at most ${OLDEST_YEARS} years ago.`);
  return {
    ok: true,
    value: {
      relationship,
      dateOfBirth: born.data,
      sex,
      ageInDays: ageInDays(born.data, today),
      ageInMonths: ageInMonths(born.data, today),
    },
  };
}

/** As text, which orders as dates do; a 29 February that the earlier year lacks only serves to compare. */
function yearsBefore(day: CalendarDate, years: number): string {
  return `${Number(day.slice(0, 4)) - years}${day.slice(4)}`;
}

async function readPlace(input: PlaceAsGiven | null, places: PlaceLookup): Promise<Read<Place | null>> {
  if (input === null) return { ok: true, value: null };
  const { postcode, coordinates } = input;
  if (typeof postcode === 'string' && !coordinates) return readPostcode(postcode, places);
  if (typeof postcode !== 'string' && coordinates) return readCoordinates(coordinates);
  return { ok: false, faults: { 'input.place': 'Give a postcode or coordinates, exactly one of them.' } };
}

async function readPostcode(postcode: string, places: PlaceLookup): Promise<Read<Place>> {
  const fault = (message: string): Read<never> => ({
    ok: false,
    faults: { 'input.place.postcode': message },
  });
  const answer = await places.find(postcode);
  switch (answer.kind) {
    case 'found':
      return { ok: true, value: answer.place };
    case 'malformed':
      return fault('This is not a postcode, such as LS1 4AP.');
    case 'unknown':
      return fault(
        'This postcode is not in the directory. Check it, or give coordinates; postcodes may not have been imported here.',
      );
  }
}

function readCoordinates({ latitude, longitude }: { latitude: number; longitude: number }): Read<Place> {
  const { south, north, west, east } = GREAT_BRITAIN;
  const inside = latitude >= south && latitude <= north && longitude >= west && longitude <= east;
  return inside
    ? { ok: true, value: { postcode: null, latitude, longitude, precision: 'COORDINATES' } }
    : { ok: false, faults: { 'input.place.coordinates': 'These coordinates are not in Great Britain.' } };
}

function readPractice(odsCode: string | null): Read<OdsCode | null> {
  if (odsCode === null) return { ok: true, value: null };
  const parsed = OdsCode.safeParse(odsCode);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : {
        ok: false,
        faults: {
          'input.registeredPracticeOdsCode': 'An ODS code has 3 to 10 letters and digits, such as B86030.',
        },
      };
}
