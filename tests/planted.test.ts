import { expectNobodyNamed, plant } from './planted';

test('a planted secret is found, with its line', () => {
  plant('a-token-of-somebody');
  expect(() => expectNobodyNamed('Logs', 'one\ntwo a-token-of-somebody three\nfour')).toThrow(
    'Logs name somebody: a-token-of-somebody in two a-token-of-somebody three',
  );
  expect(() => expectNobodyNamed('Logs', 'one\ntwo\n')).not.toThrow();
});
