import { inputProblems, plainPhone } from './booking-input';

const codeOf = (field: 'contactPhone' | 'reason' | 'idempotencyKey', text: string) =>
  inputProblems({ [field]: text })?.fields[0]?.code ?? null;

describe('a telephone number', () => {
  it.each([
    '01632 960 001',
    '01632960001',
    '(01632) 960001',
    '01632-960-001',
    '01632.960.001',
    '+44 1632 960001',
    '+44 (0)1632 960001',
    '0044 1632 960001',
    '(0) 1632 960 001',
    '+1 202-555-0123',
    '  07700 900123  ',
    '07700\u00a0900\u00a0123',
    '01632\u2013960\u2011001',
    '\uff10\uff17\uff17\uff10\uff10 900123',
    '01632 960123 ext 4',
    '01632 960123 ext. 4',
    '01632 960123 Ext: 4',
    '01632 960123 x4',
    '01632 960123 #4',
    '01632960123 extension 12345',
  ])('is %s', (text) => {
    expect(codeOf('contactPhone', text)).toBeNull();
    expect(plainPhone(text)).toMatch(/^[\x20-\x7e]+$/);
    expect(plainPhone(text)).toBe(plainPhone(text).trim());
  });

  it.each([
    ['', 'EMPTY'],
    ['   ', 'EMPTY'],
    ['\u00a0', 'EMPTY'],
    ['------', 'NOT_A_PHONE_NUMBER'],
    ['()()()', 'NOT_A_PHONE_NUMBER'],
    ['++++++', 'NOT_A_PHONE_NUMBER'],
    ['. . . . . . . . .', 'NOT_A_PHONE_NUMBER'],
    ['(((((((((', 'NOT_A_PHONE_NUMBER'],
    ['12345678', 'NOT_A_PHONE_NUMBER'],
    ['1 2 3', 'NOT_A_PHONE_NUMBER'],
    ['999', 'NOT_A_PHONE_NUMBER'],
    ['1234567890123456', 'NOT_A_PHONE_NUMBER'],
    ['ext 123456789', 'NOT_A_PHONE_NUMBER'],
    ['123 ext 456789', 'NOT_A_PHONE_NUMBER'],
    ['01632 960123 ext', 'NOT_A_PHONE_NUMBER'],
    ['01632 960123 ext 1234567', 'NOT_A_PHONE_NUMBER'],
    ['+44 +1632 960001', 'NOT_A_PHONE_NUMBER'],
    ['01632 960001 after 5', 'NOT_A_PHONE_NUMBER'],
    ['call me', 'NOT_A_PHONE_NUMBER'],
    ['ruth@example.test', 'NOT_A_PHONE_NUMBER'],
    ['\u0660\u0661\u0666\u0663\u0662 \u0669\u0666\u0660\u0660\u0660\u0661', 'NOT_A_PHONE_NUMBER'],
    ['01632\n960001', 'NOT_PLAIN_TEXT'],
    ['01632\u0000960001', 'NOT_PLAIN_TEXT'],
    ['0'.repeat(31), 'TOO_LONG'],
  ])('is not %j: %s', (text, code) => {
    expect(codeOf('contactPhone', text)).toBe(code);
  });
});

describe('other words', () => {
  it.each([
    ['reason', 'x'.repeat(150), null],
    ['reason', 'x'.repeat(151), 'TOO_LONG'],
    ['reason', ' ', 'EMPTY'],
    ['reason', 'Zoë’s rash 🙂', null],
    ['reason', 'a\u0007b', 'NOT_PLAIN_TEXT'],
    ['reason', '\ud800', 'NOT_PLAIN_TEXT'],
    ['idempotencyKey', '', 'NOT_AN_IDEMPOTENCY_KEY'],
    ['idempotencyKey', 'x'.repeat(201), 'NOT_AN_IDEMPOTENCY_KEY'],
    ['idempotencyKey', 'x'.repeat(200), null],
  ] as const)('%s %j: %s', (field, text, code) => {
    expect(codeOf(field, text)).toBe(code);
  });

  it('names every fault at once', () => {
    const problems = inputProblems({ contactPhone: '1', reason: ' ', idempotencyKey: '' });
    expect(problems?.fields.map(({ path }) => path).sort()).toEqual([
      'input.contactPhone',
      'input.idempotencyKey',
      'input.reason',
    ]);
  });
});
