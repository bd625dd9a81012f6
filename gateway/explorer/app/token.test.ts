import { isBareToken, mayReadSchema, tokenFacts, tokenIn, tokenInWords } from './token';

const NOW = new Date(2026, 10, 30, 9, 20);
const SOON = new Date(2026, 10, 30, 21, 5);

const tokenOf = (claims: object) =>
  `${btoa('{"alg":"ES256"}').replaceAll('=', '')}.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.c2ln`;
const seconds = (at: Date) => at.getTime() / 1000;
const ANALYST = tokenOf({ scope: 'read analyst', exp: seconds(SOON) });

describe('tokenIn', () => {
  it.each([
    ANALYST,
    `  ${ANALYST}\n`,
    `"${ANALYST}"`,
    `Bearer ${ANALYST}`,
    `authorization: Bearer ${ANALYST}`,
    JSON.stringify({ authorization: `Bearer ${ANALYST}` }),
    JSON.stringify({ 'x-other': 1, Authorization: `bearer ${ANALYST}` }),
  ])('finds the token in %j', (text) => {
    expect(tokenIn(text)).toBe(ANALYST);
  });

  it.each([
    '',
    '{}',
    'hello',
    'Bearer',
    '{"authorization":"Bearer …"}',
    '{"authorization":5}',
    'a.b.c',
    '[1]',
  ])('finds none in %j', (text) => {
    expect(tokenIn(text)).toBeNull();
  });

  it('tells a bare token from headers that hold one', () => {
    expect(
      [ANALYST, `Bearer ${ANALYST}`, JSON.stringify({ authorization: `Bearer ${ANALYST}` }), ''].map(
        isBareToken,
      ),
    ).toEqual([true, true, false, false]);
  });
});

describe('tokenFacts', () => {
  it.each([
    [{ scope: 'analyst' }, 'analyst'],
    [{ scope: 'operator' }, 'operator'],
    [{ selected_roleid: '1' }, 'practice staff'],
    [{ identity_proofing_level: 'P9' }, 'patient'],
    [{ sub: 'somebody' }, null],
  ])('of %j says that the caller is %j', (claims, caller) => {
    expect(tokenFacts(tokenOf(claims))).toEqual({ caller, expiresAt: null });
  });

  it('says nothing of what it cannot read', () => {
    expect(tokenFacts('eyJ.%%%.x')).toEqual({ caller: null, expiresAt: null });
  });
});

describe('tokenInWords', () => {
  const words = (token: string | null, more: object = {}) =>
    tokenInWords({ token, refusal: null, wasLost: false, ...more }, NOW);

  it('says whose it is and how long it is good', () => {
    expect(words(ANALYST)).toBe('Token of an analyst: good until 21:05.');
    expect(words(tokenOf({ selected_roleid: '1', exp: seconds(new Date(2026, 11, 2, 8, 0)) }))).toBe(
      'Token of practice staff: good until 08:00 on 2 December 2026.',
    );
    expect(words(tokenOf({ identity_proofing_level: 'P9' }))).toBe('Token of a patient.');
  });

  it('says what to do with one that has expired, was refused or was lost', () => {
    expect(words(tokenOf({ scope: 'operator', exp: seconds(new Date(2026, 10, 30, 8, 0)) }))).toBe(
      'Token of an operator: expired at 08:00. Enter a new one.',
    );
    expect(words(ANALYST, { refusal: 'The signature is wrong.' })).toBe(
      'Token of an analyst: refused. The signature is wrong.',
    );
    expect(words(null)).toContain('No token');
    expect(words(null, { wasLost: true })).toContain('Enter it again');
  });
});

describe('mayReadSchema', () => {
  it.each([
    ['an analyst', ANALYST, true],
    ['an operator', tokenOf({ scope: 'operator' }), true],
    ['a patient', tokenOf({ identity_proofing_level: 'P9' }), false],
    ['nobody', null, false],
    ['an analyst whose token has expired', tokenOf({ scope: 'analyst', exp: seconds(NOW) }), false],
  ])('of %s is %s', (_name, token, may) => {
    expect(mayReadSchema(token, NOW)).toBe(may);
  });
});
