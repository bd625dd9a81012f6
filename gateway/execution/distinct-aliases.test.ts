import { getOperationAST, parse, print } from 'graphql';
import { distinctAliases, restoredAliases } from './distinct-aliases';

const FIELD_NAMES = new Set(['id', 'name']);

function planned(text: string) {
  const document = parse(text);
  return distinctAliases({ operation: getOperationAST(document)!, document }, FIELD_NAMES);
}

test.each<[string, string]>([
  ['{ id: name }', '{ alias_of_client_id: name }'],
  ['{ __typename: name }', '{ alias_of_client___typename: name }'],
  ['{ a__alias_0: name }', '{ alias_of_client_a__alias_0: name }'],
  ['{ ...F } fragment F on Q { id: name }', '{ ...F } fragment F on Q { alias_of_client_id: name }'],
  ['{ id: name alias_of_client_: id }', '{ alias_of_client__id: name alias_of_client_: id }'],
])('federation: an alias that the planner may use for a key is changed in %s', (text, expected) => {
  expect(print(planned(text).document)).toBe(print(parse(expected)));
});

test.each(['{ id name }', '{ id: id }', '{ title: name }'])('%s is planned as it is', (text) => {
  expect(planned(text)).toMatchObject({ document: parse(text), prefix: null });
});

test('data and the paths of errors have the aliases of the client', () => {
  const prefix = 'alias_of_client_';
  const data = { alias_of_client_id: [{ alias_of_client_name: 1, title: 'alias_of_client_x' }] };
  expect(restoredAliases({ data }, prefix)).toEqual({
    data: { id: [{ name: 1, title: 'alias_of_client_x' }] },
  });
});
