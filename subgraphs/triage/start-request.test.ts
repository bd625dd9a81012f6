import type { PlaceAnswer } from '../../domain/place';
import { loadContent } from './content/load-content';
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
  ['tomorrow', '2026-03-03', /not in the future/],
  ['130 years and a day ago', '1896-03-01', /at most 130 years/],
  ['no calendar day', '2026-02-30', /year, month and day/],
  ['written the British way', '01/03/2020', /year, month and day/],
  ['a date with a time', '2020-03-01T00:00:00Z', /year, month and day/],
])('refuses a date of birth that is %s', async (_, dateOfBirth, message) => {
  const result = await read({ subject: { ...VALID.subject, dateOfBirth } });
  expect(result).toMatchObject({
    ok: false,
    faults: { 'input.subject.dateOfBirth': expect.stringMatching(message) as string },
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

it.each<[string, PlaceAnswer, RegExp]>([
  ['malformed', { kind: 'malformed' }, /not a postcode/],
  ['unknown', { kind: 'unknown' }, /give coordinates/],
])('says what to do about a postcode that is %s, without repeating it', async (_, answer, message) => {
  const result = await read({ place: { postcode: 'ZE1 0AA' } }, { answer });
  expect(result).toMatchObject({
    ok: false,
    faults: { 'input.place.postcode': expect.stringMatching(message) as string },
  });
  expect(JSON.stringify(result)).not.toContain('ZE1');
});

it.each([
  ['neither a postcode nor coordinates', {}],
  ['both', { postcode: 'LS1 4AP', coordinates: { latitude: 53.8, longitude: -1.5 } }],
  ['two nulls', { postcode: null, coordinates: null }],
])('refuses a place with %s', async (_, place) => {
  expect(await read({ place })).toMatchObject({
    ok: false,
    faults: { 'input.place': expect.stringMatching(/exactly one/) as string },
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
    faults: { 'input.place.coordinates': expect.stringMatching(/not in Great Britain/) as string },
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
    faults: { 'input.locale': expect.stringMatching(/worded in en-GB/) as string },
  });
});

it.each(['', 'short', 'with spaces in the key', 'k'.repeat(101), 'nul\0nul\0nul\0nul\0'])(
  'refuses the idempotency key %j',
  async (idempotencyKey) => {
    expect(await read({ idempotencyKey })).toMatchObject({
      ok: false,
      faults: { 'input.idempotencyKey': expect.any(String) as string },
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
