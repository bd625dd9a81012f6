import type { PlaceAnswer } from '../../../domain/place-lookup';
import { loadContent } from '../content/load-content';
import { readStartRequest, type StartInput } from './start-request';

const content = loadContent();

const VALID: StartInput = {
  pathwayId: 'child-rash',
  subject: { relationship: 'CHILD', dateOfBirth: '2020-03-01', sex: 'MALE' },
  idempotencyKey: '0d9a5e0e-54f8-4d1b-9a51-1b8f4f4b3c1e',
};

it('takes a start without a place or a practice', async () => {
  expect(await read({})).toMatchObject({
    ok: true,
    value: { place: null, declaredPractice: null, subject: { ageInMonths: 72, ageInDays: 2192 } },
  });
});

it.each([
  ['tomorrow', '2026-03-03', 'IN_THE_FUTURE'],
  ['130 years and a day ago', '1896-03-01', 'TOO_LONG_AGO'],
  ['no calendar day', '2026-02-30', 'NOT_A_DATE'],
  ['written the British way', '01/03/2020', 'NOT_A_DATE'],
  ['not given', ' ', 'REQUIRED'],
  ['a date with a time', '2020-03-01T00:00:00Z', 'NOT_A_DATE'],
])('refuses a date of birth that is %s', async (_, dateOfBirth, code) => {
  const result = await read({ subject: { ...VALID.subject, dateOfBirth } });
  expect(result).toMatchObject({
    ok: false,
    faults: { 'input.subject.dateOfBirth': { code } },
  });
});

it.each([
  ['today', '2026-03-02', 0],
  ['130 years ago to the day', '1896-03-02', 1560],
])('takes a date of birth of %s', async (_, dateOfBirth, ageInMonths) => {
  expect(await read({ subject: { ...VALID.subject, dateOfBirth } })).toMatchObject({
    ok: true,
    value: { subject: { ageInMonths } },
  });
});

it('takes the day in London: just after midnight in summer a child may be born today', async () => {
  const now = new Date('2026-06-30T23:30:00Z');
  expect(await read({ subject: { ...VALID.subject, dateOfBirth: '2026-07-01' } }, { now })).toMatchObject({
    ok: true,
  });
});

it.each<[string, PlaceAnswer, string]>([
  ['malformed', { kind: 'malformed' }, 'NOT_A_POSTCODE'],
  ['unknown', { kind: 'unknown' }, 'UNKNOWN_POSTCODE'],
])('says what to do about a postcode that is %s, without repeating it', async (_, answer, code) => {
  const result = await read({ place: { postcode: 'ZE1 0AA' } }, { answer });
  expect(result).toMatchObject({
    ok: false,
    faults: { 'input.place.postcode': { code } },
  });
  expect(JSON.stringify(result)).not.toContain('ZE1');
});

it.each([
  ['neither a postcode nor coordinates', {}, 'POSTCODE_REQUIRED'],
  ['both', { postcode: 'LS1 4AP', coordinates: { latitude: 53.8, longitude: -1.5 } }, 'EXACTLY_ONE'],
  ['two nulls', { postcode: null, coordinates: null }, 'POSTCODE_REQUIRED'],
])('refuses a place with %s', async (_, place, code) => {
  expect(await read({ place })).toMatchObject({
    ok: false,
    faults: { 'input.place': { code } },
  });
});

it.each([
  ['Paris', 48.85, 2.35],
  ['the Atlantic', 53.8, -12],
  ['Norway', 61.5, 1],
  ['latitude and longitude swapped', -1.548, 53.795],
])('refuses coordinates of %s', async (_, latitude, longitude) => {
  expect(await read({ place: { coordinates: { latitude, longitude } } })).toMatchObject({
    ok: false,
    faults: { 'input.place.coordinates': { code: 'OUTSIDE_GREAT_BRITAIN' } },
  });
});

it('takes coordinates in England as they are', async () => {
  expect(await read({ place: { coordinates: { latitude: 53.795, longitude: -1.548 } } })).toMatchObject({
    ok: true,
    value: { place: { postcode: null, latitude: 53.795, longitude: -1.548, precision: 'COORDINATES' } },
  });
});

it('takes the languages that there are, and names them to who asks for another', async () => {
  expect(await read({ locale: 'en-GB' })).toMatchObject({ ok: true, value: { locale: 'en-GB' } });
  expect(await read({ locale: null })).toMatchObject({ ok: true, value: { locale: 'en-GB' } });
  expect(await read({ locale: 'tlh' })).toMatchObject({
    ok: false,
    faults: { 'input.locale': { code: 'LOCALE_NOT_OFFERED', parameters: { locales: ['en-GB'] } } },
  });
});

it.each(['', 'short', 'with spaces in the key', 'k'.repeat(101), 'nul\0nul\0nul\0nul\0'])(
  'refuses the idempotency key %j',
  async (idempotencyKey) => {
    expect(await read({ idempotencyKey })).toMatchObject({
      ok: false,
      faults: { 'input.idempotencyKey': { code: 'NOT_AN_IDEMPOTENCY_KEY' } },
    });
  },
);

function read(overrides: Partial<StartInput>, { answer, now }: { answer?: PlaceAnswer; now?: Date } = {}) {
  const places = { find: () => Promise.resolve(answer ?? { kind: 'malformed' as const }) };
  return readStartRequest(
    { ...VALID, ...overrides },
    { content, places, now: () => now ?? new Date('2026-03-02T14:00:00Z') },
  );
}
