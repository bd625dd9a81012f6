import { buildSchema, getOperationAST, parse } from 'graphql';
import { idsGiven } from './ids-given';

const schema = buildSchema(`
  input Who { id: ID!, also: [Who!], name: String }
  type Query { one(id: ID!): Int, many(ids: [ID!]): Int, by(who: Who): Int, text(id: String): Int, nested: Query }
`);

function ids(text: string, variables: Record<string, unknown> = {}): string[] {
  const document = parse(text);
  return idsGiven(getOperationAST(document)!, document, schema)(variables);
}

test.each<[string, string, Record<string, unknown>, string[]]>([
  ['a variable', 'query ($id: ID!) { one(id: $id) }', { id: 'a' }, ['a']],
  ['a list', 'query ($ids: [ID!]) { many(ids: $ids) }', { ids: ['a', 'b', 'a'] }, ['a', 'b']],
  ['one for a list, and a number', 'query ($ids: [ID!]) { many(ids: $ids) }', { ids: 7 }, ['7']],
  [
    'an input, however deep',
    'query ($who: Who) { by(who: $who) }',
    { who: { id: 'a', name: 'Ruth', also: [{ id: 'b', also: [{ id: 'c' }] }] } },
    ['a', 'b', 'c'],
  ],
  [
    'the document itself',
    '{ one(id: "a") nested { many(ids: ["d", "b"]) } by(who: { id: "c", name: "Ruth" }) }',
    {},
    ['a', 'd', 'b', 'c', 'Ruth'],
  ],
  [
    'nothing where there is none',
    'query ($id: String, $who: Who) { text(id: $id) by(who: $who) }',
    { id: 'a', who: null },
    [],
  ],
])('finds ids in %s', (_, text, variables, expected) => {
  expect(ids(text, variables)).toEqual(expected);
});
