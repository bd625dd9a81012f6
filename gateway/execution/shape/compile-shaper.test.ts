import { buildSchema, getOperationAST, parse } from 'graphql';
import { conditionReader } from '../../../platform/execution/conditions';
import { fragmentsOf } from '../../../platform/execution/fragments';
import { NotCompiled } from '../not-compiled';
import { compileShaper } from './compile-shaper';

const schema = buildSchema(`
  type Query { node: Node  any: Any  book: Book  books: [Book!]  needed: Book!  level: Level  yes: Boolean  rate: Float  when: Instant }
  interface Node { id: ID! }
  type Book implements Node { id: ID!  title: String  pages: Int  author: Person  tags: [String] }
  type Person implements Node { id: ID!  name: String! }
  union Any = Book | Person
  enum Level { LOW HIGH }
  scalar Instant
`);

/** The answer made of fetched data; null: left to Apollo's shaper. */
function shaped(text: string, fetched: Record<string, unknown>, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const operation = getOperationAST(document)!;
  const conditions = conditionReader(document, operation)(variables)!;
  const context = { schema, fragments: fragmentsOf(document), conditions };
  return compileShaper(schema.getQueryType()!, operation.selectionSet, context)(fetched);
}

const book = { id: '1', title: 'Emma', pages: 474, __typename: 'Book' };

test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
  [
    '6.3.2 Field Collection: what was fetched for other subgraphs is left out',
    '{ book { title } }',
    { book },
    { book: { title: 'Emma' } },
  ],
  [
    '6.3.2 Field Collection: the order is that of the document',
    '{ book { pages id } level }',
    { level: 'LOW', book },
    { book: { pages: 474, id: '1' }, level: 'LOW' },
  ],
  [
    '6.3.2 Field Collection: selections of one field are merged',
    '{ book { id } book { title } }',
    { book },
    { book: { id: '1', title: 'Emma' } },
  ],
  [
    '6.3.2 Field Collection: @skip wins over @include',
    '{ level @include(if: true) @skip(if: true) book { id } }',
    { level: 'LOW', book },
    { book: { id: '1' } },
  ],
  [
    '6.3.2 DoesFragmentTypeApply: the type of the object decides',
    '{ node { ... on Book { title } ... on Person { name } } }',
    { node: book },
    { node: { title: 'Emma' } },
  ],
  [
    '6.3.2 DoesFragmentTypeApply: a fragment on an interface applies to its objects',
    '{ any { ... on Node { id } } }',
    { any: book },
    { any: { id: '1' } },
  ],
  [
    '4.1 Type Name Introspection: the type is what the supergraph calls it',
    '{ book { __typename } }',
    { book: { id: '1' } },
    { book: { __typename: 'Book' } },
  ],
  [
    '6.4.3 Value Completion: a field that was not fetched is null',
    '{ book { title author { name } } }',
    { book: { title: 'Emma' } },
    { book: { title: 'Emma', author: null } },
  ],
  [
    '6.4.3 Value Completion: lists keep their nulls',
    '{ book { tags } }',
    { book: { tags: ['a', null] } },
    { book: { tags: ['a', null] } },
  ],
  [
    '6.4.3 Value Completion: a scalar of the schema takes any value',
    '{ when }',
    { when: { day: 1 } },
    { when: { day: 1 } },
  ],
  [
    '6.4.3 Value Completion: an id may be a number',
    '{ book { id } }',
    { book: { id: 7 } },
    { book: { id: 7 } },
  ],
])('%s', (_, text, fetched, expected) => {
  const answer = shaped(text, fetched);
  expect(JSON.stringify(answer)).toBe(JSON.stringify(expected));
});

test.each<[string, string, Record<string, unknown>]>([
  ['null where it may not be', '{ book { id } }', { book: { id: null } }],
  ['a missing field that may not be null', '{ needed { id } }', {}],
  ['a null element of a list that has none', '{ books { id } }', { books: [book, null] }],
  ['a list where one object is expected', '{ book { tags } }', { book: { tags: 'a' } }],
  ['a text where an object is expected', '{ book { id } }', { book: 'Emma' }],
  ['a number where a text is expected', '{ book { title } }', { book: { title: 5 } }],
  ['half an integer', '{ book { pages } }', { book: { pages: 0.5 } }],
  ['a text where a Boolean is expected', '{ yes }', { yes: 'true' }],
  ['a Float that is not finite', '{ rate }', { rate: Infinity }],
  ['a value outside an enum', '{ level }', { level: 'MIDDLE' }],
  ['an enum value that objects inherit', '{ level }', { level: 'constructor' }],
  ['an object of another type', '{ book { id } }', { book: { ...book, __typename: 'Person' } }],
  ['an object whose type is not possible', '{ any { __typename } }', { any: { __typename: 'Query' } }],
  ['an object that does not say its type', '{ node { id } }', { node: { id: '1' } }],
])('6.4.4 Handling Field Errors: %s is left to Apollo’s shaper', (_, text, fetched) => {
  expect(shaped(text, fetched)).toBeNull();
});

test.each([
  ['introspection', '{ __schema { types { name } } }'],
  [
    'too-many-variants',
    `{ ${Array.from({ length: 501 }, (_, index) => `b${index}: book { id }`).join(' ')} }`,
  ],
])('an operation is not compiled for the reason %s', (reason, text) => {
  expect(() => shaped(text, {})).toThrow(new NotCompiled(reason as 'introspection'));
});

test('names of a document are quoted in the generated text', () => {
  const text = '{ INVALID: level  return: yes  from: rate  object0: when }';
  const fetched = { INVALID: 'LOW', return: true, from: 1, object0: 'x' };
  expect(shaped(text, fetched)).toEqual(fetched);
});
