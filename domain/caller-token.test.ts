import { setTimeout as pause } from 'node:timers/promises';
import { SignJWT } from 'jose';
import type { Caller } from './caller';
import { callerSigner, callerVerifier, signCaller } from './caller-token';
import { CalendarDate } from './london-time';
import { syntheticNhsNumber } from './nhs-number';
import { OdsCode } from './ods-code';
import { deriveKey } from './secret';

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
  const token = await signCaller(caller, 'triage', KEY);
  expect(await callerVerifier('triage', KEY)(token)).toEqual(caller);
});

it('is for one subgraph, and for holders of the secret', async () => {
  const token = await signCaller({ kind: 'anonymous' }, 'triage', KEY);
  await expect(callerVerifier('practices', KEY)(token)).rejects.toThrow();
  await expect(callerVerifier('triage', deriveKey('another', 'caller'))(token)).rejects.toThrow();
  await expect(callerVerifier('triage', deriveKey('one secret', 'offer'))(token)).rejects.toThrow();
});

it('lives 30 seconds, whatever it says itself', async () => {
  const now = Math.floor(Date.now() / 1_000);
  const made = (issued: number, expires: number | null) => {
    const token = new SignJWT({ caller: { kind: 'anonymous' } })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('gp-booking-gateway')
      .setAudience('triage')
      .setIssuedAt(issued);
    return (expires === null ? token : token.setExpirationTime(expires)).sign(KEY);
  };
  await expect(callerVerifier('triage', KEY)(await made(now, now + 30))).resolves.toBeDefined();
  for (const token of [await made(now - 31, now + 60), await made(now, now - 1), await made(now, null)])
    await expect(callerVerifier('triage', KEY)(token)).rejects.toThrow();
});

it('is made once for a caller who comes again soon', async () => {
  const sign = callerSigner('triage', KEY);
  const [one, another] = [CALLERS[4]!, { ...CALLERS[4]! }];
  const token = await sign(one);
  expect(await sign(one)).toBe(token);
  expect(await callerVerifier('triage', KEY)(token)).toEqual(one);
  expect(await callerVerifier('triage', KEY)(await sign(another))).toEqual(another);
});

it('is known again, but not beyond its time', async () => {
  const verify = callerVerifier('triage', KEY);
  const now = Math.floor(Date.now() / 1_000);
  const token = await new SignJWT({ caller: { kind: 'anonymous' } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('gp-booking-gateway')
    .setAudience('triage')
    .setIssuedAt(now)
    .setExpirationTime(now + 2)
    .sign(KEY);
  expect(await verify(token)).toBe(await verify(token));
  await pause((now + 2) * 1_000 - Date.now() + 50);
  await expect(verify(token)).rejects.toThrow();
  await expect(verify(`${token.slice(0, -2)}AA`)).rejects.toThrow();
});
