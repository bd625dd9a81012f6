import type { Caller } from '../../../domain/caller';
import { ageInDays, ageInMonths, CalendarDate, londonDate } from '../../../domain/london-time';
import { fieldFault, type FieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { OdsCode } from '../../../domain/ods-code';
import type { ResolvedPlace, PlaceLookup } from '../../../domain/place-lookup';
import type { AssessedSubject } from './assessment-store';
import type { Content, PathwayContent } from '../content/content';
import type { Relationship, Sex } from '../content/vocabulary';
import { FIRST_LOCALE } from '../content/wording';
import { readPlace, readPractice, type Read, type WhereaboutsAsGiven } from './read-whereabouts';

/** Input of a start as it arrives. Texts are not checked yet. */
export interface StartInput extends WhereaboutsAsGiven {
  pathwayId: string;
  subject: SubjectAsGiven;
  locale?: string | null;
  /** Random text that the front end keeps on the device. */
  deviceToken?: string | null;
  idempotencyKey: string;
}

export interface SubjectAsGiven {
  relationship: Relationship;
  dateOfBirth: string;
  sex: Sex;
}

/** A start that can be carried out. */
export interface StartRequest {
  pathway: PathwayContent;
  subject: AssessedSubject;
  place: ResolvedPlace | null;
  declaredPractice: OdsCode | null;
  locale: string;
  deviceToken: string | null;
  idempotencyKey: string;
}

const OLDEST_YEARS = 130;

const KEY_LENGTH = { min: 16, max: 100 } as const;
/**
 * Callers who are not signed in share the keys of their address: so many characters that no two choose the same ones by chance or
 * habit (a UUID, for example).
 */
const ANONYMOUS_KEY_LENGTH = { min: 32, max: 100 } as const;
/** 22 characters of base64url are 16 bytes. */
const DEVICE_TOKEN_LENGTH = { min: 22, max: 200 } as const;
const PRINTABLE = /^[\x21-\x7e]+$/;

export function keyLengthOf({ kind }: Caller): { min: number; max: number } {
  return kind === 'anonymous' ? ANONYMOUS_KEY_LENGTH : KEY_LENGTH;
}

function isKey(text: string, { min, max }: { min: number; max: number }): boolean {
  return text.length >= min && text.length <= max && PRINTABLE.test(text);
}

export async function readStartRequest(
  input: StartInput,
  deps: {
    content: Content;
    places: PlaceLookup;
    now: () => Date;
    keyLength?: { min: number; max: number };
  },
): Promise<Read<StartRequest>> {
  const { keyLength = KEY_LENGTH } = deps;
  const pathway = deps.content.pathways.get(input.pathwayId);
  const subject = readSubject(input.subject, 'input.subject', deps.now());
  const place = await readPlace(input.place ?? null, deps.places);
  const practice = readPractice(input.registeredPracticeOdsCode ?? null);
  const locale = input.locale ?? FIRST_LOCALE;
  const faults: FieldFaults = {
    ...(pathway ? {} : { 'input.pathwayId': fieldFault('UNKNOWN_PATHWAY', {}) }),
    ...(subject.ok ? {} : subject.faults),
    ...(place.ok ? {} : place.faults),
    ...(practice.ok ? {} : practice.faults),
    ...(deps.content.locales.includes(locale)
      ? {}
      : { 'input.locale': fieldFault('LOCALE_NOT_OFFERED', { locales: deps.content.locales }) }),
    ...(isKey(input.idempotencyKey, keyLength)
      ? {}
      : { 'input.idempotencyKey': fieldFault('NOT_AN_IDEMPOTENCY_KEY', keyLength) }),
  };
  const deviceToken = input.deviceToken ?? null;
  if (deviceToken !== null && !isKey(deviceToken, DEVICE_TOKEN_LENGTH))
    faults['input.deviceToken'] = fieldFault('NOT_AN_IDEMPOTENCY_KEY', DEVICE_TOKEN_LENGTH);
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
      deviceToken,
      idempotencyKey: input.idempotencyKey,
    },
  };
}

/** @param path the subject's path in the operation, for the faults. */
export function readSubject(
  { relationship, dateOfBirth, sex }: SubjectAsGiven,
  path: string,
  now: Date,
): Read<AssessedSubject> {
  const today = londonDate(now);
  const born = CalendarDate.safeParse(dateOfBirth);
  const fault = (one: FieldFault): Read<never> => ({ ok: false, faults: { [`${path}.dateOfBirth`]: one } });
  if (!born.success) return fault(fieldFault(dateOfBirth.trim() === '' ? 'REQUIRED' : 'NOT_A_DATE', {}));
  if (born.data > today) return fault(fieldFault('IN_THE_FUTURE', {}));
  if (born.data < yearsBefore(today, OLDEST_YEARS))
    return fault(fieldFault('TOO_LONG_AGO', { years: OLDEST_YEARS }));
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

/**
 * Returns the day as text, which orders as dates do; a 29 February that the earlier year lacks only serves to
 * compare.
 */
function yearsBefore(day: CalendarDate, years: number): string {
  return `${Number(day.slice(0, 4)) - years}${day.slice(4)}`;
}
