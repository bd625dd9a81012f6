import { OdsCode } from './ods-code';

it.each([
  ['B86030', 'B86030'],
  [' b86030 ', 'B86030'],
  ['Y08645', 'Y08645'],
  ['X26DEMO', 'X26DEMO'],
])('%p is %s', (text, code) => {
  expect(OdsCode.parse(text)).toBe(code);
});

it.each([
  ['an address', 'http://169.254.169.254/'],
  ['a file', 'file:///etc/passwd'],
  ['a path', '../B86030'],
  ['SQL', "B86030' or '1'='1"],
  ['a header', 'B86030\r\nHost: x'],
  ['a line break', 'B86\n030'],
  ['a space inside', 'B86 030'],
  ['too short', 'B8'],
  ['too long', 'B8603012345'],
  ['nothing', ''],
  ['NUL', 'B86\u0000030'],
  ['letters that only look Latin', 'В86030'],
  ['fullwidth', 'Ｂ86030'],
  ['a number', 86030],
  ['null', null],
])('is not %s', (_, text) => {
  expect(OdsCode.safeParse(text).success).toBe(false);
});
