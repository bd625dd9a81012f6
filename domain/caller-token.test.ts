import { decodeJwt, SignJWT } from 'jose';
import { ANONYMOUS, type Caller } from './caller';
import { callerSigner, callerVerifier, signCaller, type CallerKey } from './caller-token';
import { CalendarDate } from './london-time';
import { manualTimers } from './manual-timers';
import { syntheticNhsNumber } from './nhs-number';
import { OdsCode } from './ods-code';
import { deriveKey } from './secret';

const NOON = new Date('2026-03-02T12:00:00Z');
const afterNoon = (ms: number) => new Date(NOON.getTime() + ms);
const KEY = deriveKey('one secret', 'caller');
const PRACTICE = OdsCode.parse('Z90001');
const PERSON = {
  id: 'mother',
  nhsNumber: syntheticNhsNumber(1),
  familyName: 'Exämple',
  givenName: 'Ruth',
  birthDate: CalendarDate.parse('1990-02-11'),
  registeredPractice: PRACTICE,
  linkage: { practice: PRACTICE, userId: 'user', key: 'key' },
};
const CALLERS: Caller[] = [
  { kind: 'anonymous' },
  { kind: 'patient', id: 'caller-0123456789', proofing: 'P9', self: PERSON, actsFor: [PERSON] },
  { kind: 'patient', id: 'caller-0123456789', proofing: 'P0', actsFor: [] },
  { kind: 'practice-staff', id: 'caller-0123456789', practice: PRACTICE, roleCode: 'S8001:G8005:R8001' },
  { kind: 'analyst', id: 'caller-0123456789' },
  { kind: 'operator', id: 'caller-0123456789' },
];

it.each(CALLERS)('carries a caller unchanged: $kind', async (caller) => {
  const token = await signCaller(caller, 'triage', KEY, NOON);
  expect(await callerVerifier('triage', [KEY], () => NOON)(token)).toEqual(caller);
});

it('is for one subgraph, and for holders of the secret', async () => {
  const token = await signCaller({ kind: 'anonymous' }, 'triage', KEY, NOON);
  const refused = (subgraph: string, key: CallerKey) =>
    expect(callerVerifier(subgraph, [key], () => NOON)(token)).rejects;
  await refused('practices', KEY).toThrow('"aud"');
  await refused('triage', deriveKey('another', 'caller')).toThrow('signature');
  await refused('triage', deriveKey('one secret', 'offer')).toThrow('signature');
});

/** Signed with the right key, with times of its own choice, in seconds after noon. */
function tokenOf(issued: number, expires: number | null): Promise<string> {
  const token = new SignJWT({ caller: { kind: 'anonymous' } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('gp-booking-gateway')
    .setAudience('triage')
    .setIssuedAt(afterNoon(issued * 1_000));
  return (expires === null ? token : token.setExpirationTime(afterNoon(expires * 1_000))).sign(KEY);
}

it('lives 30 seconds, whatever it says itself', async () => {
  const verify = callerVerifier('triage', [KEY], () => NOON);
  await expect(verify(await tokenOf(0, 30))).resolves.toBeDefined();
  await expect(verify(await tokenOf(-30, 60))).resolves.toBeDefined();
  for (const token of [await tokenOf(-31, 60), await tokenOf(0, -1), await tokenOf(0, null)])
    await expect(verify(token)).rejects.toThrow();
});

it('lives 30 seconds as the gateway makes it', async () => {
  const token = await signCaller({ kind: 'anonymous' }, 'triage', KEY, NOON);
  await expect(callerVerifier('triage', [KEY], () => afterNoon(29_999))(token)).resolves.toBeDefined();
  await expect(callerVerifier('triage', [KEY], () => afterNoon(30_000))(token)).rejects.toThrow();
});

it('is made once for a caller who comes again within ten seconds', async () => {
  const timers = manualTimers();
  const sign = callerSigner('triage', KEY, timers);
  const [one, another] = [CALLERS[4]!, { ...CALLERS[4]! }];
  const first = sign(one);
  timers.advance(9_999);
  expect(sign(one)).toBe(first);
  expect(decodeJwt(await first).caller).toEqual(one);
  expect(sign(another)).not.toBe(first);
  timers.advance(1);
  expect(sign(one)).not.toBe(first);
});

it('is known again, but not beyond its time', async () => {
  let sinceNoon = 0;
  const verify = callerVerifier('triage', [KEY], () => afterNoon(sinceNoon));
  const token = await tokenOf(0, 2);
  const caller = await verify(token);
  sinceNoon = 1_999;
  expect(await verify(token)).toBe(caller);
  await expect(verify(`${token.slice(0, -2)}AA`)).rejects.toThrow('signature');
  sinceNoon = 2_000;
  await expect(verify(token)).rejects.toThrow('"exp"');
});

it('is not known beyond 30 seconds, whatever it says itself', async () => {
  let sinceNoon = 0;
  const verify = callerVerifier('triage', [KEY], () => afterNoon(sinceNoon));
  const token = await tokenOf(0, 60);
  const caller = await verify(token);
  sinceNoon = 29_999;
  expect(await verify(token)).toBe(caller);
  sinceNoon = 31_000;
  await expect(verify(token)).rejects.toThrow('"iat"');
});

test('is taken under every secret that the part knows, and under no other', async () => {
  const [other, strange] = [deriveKey('another secret', 'caller'), deriveKey('a strange secret', 'caller')];
  const verify = callerVerifier('triage', [other, KEY], () => NOON);
  for (const key of [KEY, other])
    await expect(verify(await signCaller(ANONYMOUS, 'triage', key, NOON))).resolves.toEqual(ANONYMOUS);
  await expect(verify(await signCaller(ANONYMOUS, 'triage', strange, NOON))).rejects.toThrow('signature');
  // Another secret makes nothing good that is wrong under the right one.
  await expect(verify(await signCaller(ANONYMOUS, 'practices', KEY, NOON))).rejects.toThrow('aud');
});
