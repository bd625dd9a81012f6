import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { NhsNumber, syntheticNhsNumber } from '../../domain/nhs-number';
import type { Patient } from '../gp-system';

/** One exchange as nock keeps it, of which only text is looked at. */
export const Recording = z.object({
  supplier: z.string(),
  practice: z.string(),
  /** The clock of the recording, which a replay is given again. */
  at: z.iso.datetime(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Number of slots that the search found. */
  found: z.number().int(),
  exchanges: z.array(
    z.object({
      scope: z.string(),
      method: z.string(),
      path: z.string(),
      /** The body sent, for people: it holds something new in every request, so it is not compared. */
      body: z.json().optional(),
      status: z.number().int(),
      response: z.union([z.string(), z.array(z.json()), z.record(z.string(), z.json())]),
      rawHeaders: z.record(z.string(), z.string()),
    }),
  ),
});
export type Recording = z.infer<typeof Recording>;

/** The invented person in place of the one whose name was recorded; the replay uses this name. */
export const STAND_IN = {
  nhsNumber: syntheticNhsNumber(0),
  familyName: 'Recorded',
  givenName: 'Example',
  birthDate: CalendarDate.parse('1900-01-01'),
  userId: 'recorded-user',
  key: 'recorded-key',
} as const;

const SECRET_FIELDS =
  /("(?:\w*token|client_assertion|\w*session\w*id|\w*linktoken|suid)"\s*:\s*")([^"]+)(")/gi;
/** The supplier's own keys of a person are identifiers too. */
const SECRET_ATTRIBUTES = /\b(patientId|onlineUserId|suid)="([^"]+)"/g;
const SECRET_HEADERS = /^(authorization|cookie|set-cookie|suid|x-api-.*session.*)$/i;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const TEN_DIGITS = /\b\d{3}[ -]?\d{3}[ -]?\d{4}\b/g;
const EMAIL = /\b[\w.+-]+@[\w-]+\.[\w.]+\b/g;
const REMOVED = 'removed';

/**
 * The exchanges without what names or lets in a person, or us: the patient's details become the stand-in's, every other NHS
 * number one and the same, and tokens a word, the same for the same token so that a replay hangs together.
 * @param ours values of our own that let us in, as a client's secret.
 */
export function scrubbed(
  exchanges: unknown,
  patient: Patient | undefined,
  ours: readonly string[] = [],
): unknown {
  const tokens = new Map<string, string>();
  const token = (value: string) => {
    const known = tokens.get(value) ?? `${REMOVED}-${tokens.size + 1}`;
    tokens.set(value, known);
    return known;
  };
  for (const value of [...ours, ...secretsIn(exchanges)]) token(value);
  const pairs = [...replacements(patient), ...tokens];
  const text = pairs.reduce(
    (left, [secret, stand]) =>
      left
        .replaceAll(JSON.stringify(secret).slice(1, -1), stand)
        .replaceAll(encodeURIComponent(secret), stand)
        .replaceAll(formEncoded(secret), stand),
    JSON.stringify(exchanges),
  );
  return JSON.parse(
    text
      .replace(JWT, REMOVED)
      .replace(EMAIL, REMOVED)
      .replace(TEN_DIGITS, (digits, at: number, all: string) =>
        isNhsNumber(digits) && !isTime(digits, at, all) ? STAND_IN.nhsNumber : digits,
      ),
  );
}

/** Writes a value as the body of a form does, where a blank is a plus. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** A bare JSON number of ten digits below those that are given out in England is taken for unix seconds. */
function isTime(digits: string, at: number, text: string): boolean {
  return text[at - 1] === ':' && /^[0-3]\d{9}$/.test(digits);
}

/** Lists what a scrub has left, by kind and never by value; empty where a recording may be kept. */
export function survivors(
  exchanges: unknown,
  patient: Patient | undefined,
  ours: readonly string[] = [],
): string[] {
  const text = JSON.stringify(exchanges).toLowerCase();
  const kinds: [kind: string, isThere: boolean][] = [
    [
      'an NHS number',
      [...text.matchAll(TEN_DIGITS)].some(
        ({ 0: one, index }) => isNhsNumber(one) && !one.startsWith('999') && !isTime(one, index, text),
      ),
    ],
    [
      'a token',
      /\beyj[\w-]+\.[\w-]+\./.test(text) ||
        secretsIn(exchanges).some((secret) => !secret.startsWith(REMOVED)),
    ],
    [
      'a secret of ours',
      ours.some((secret) =>
        [secret, formEncoded(secret)].some((written) => text.includes(written.toLowerCase())),
      ),
    ],
    ['an e-mail address', (text.match(EMAIL) ?? []).length > 0],
    ...replacements(patient).map(([secret, , kind]): [string, boolean] => [
      kind,
      text.includes(secret.toLowerCase()),
    ]),
  ];
  return kinds.flatMap(([kind, isThere]) => (isThere ? [kind] : []));
}

function replacements(patient: Patient | undefined): [secret: string, stand: string, kind: string][] {
  if (!patient) return [];
  const { nhsNumber, familyName, givenName, birthDate, linkage } = patient;
  const pairs: [string, string, string][] = [
    [nhsNumber, STAND_IN.nhsNumber, 'the patient’s NHS number'],
    [familyName, STAND_IN.familyName, 'the patient’s family name'],
    [givenName, STAND_IN.givenName, 'the patient’s given name'],
    [birthDate, STAND_IN.birthDate, 'the patient’s date of birth'],
    [linkage?.userId ?? '', STAND_IN.userId, 'the patient’s user id'],
    [linkage?.key ?? '', STAND_IN.key, 'the patient’s key'],
  ];
  return pairs.filter(([secret]) => secret !== '');
}

/** Values of headers and fields that let somebody in, wherever else they stand. */
function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, field]) =>
      typeof field === 'string' && (SECRET_HEADERS.test(name) || isSecretField(name))
        ? [field]
        : secretsIn(field),
    );
  if (typeof value !== 'string') return [];
  return [...value.matchAll(SECRET_FIELDS), ...value.matchAll(SECRET_ATTRIBUTES)].map(
    ([, , secret = '']) => secret,
  );
}

function isSecretField(name: string): boolean {
  return [...`"${name}":"x"`.matchAll(SECRET_FIELDS)].length > 0;
}

function isNhsNumber(text: string): boolean {
  return NhsNumber.safeParse(text.replace(/\D/g, '')).success;
}
