import type { GraphQLObjectType } from 'graphql';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { collectFields, selectionSetsOf } from './collect-fields';
import { conditionReader } from './conditions';
import { fragmentsOf } from './fragments';

const schema = buildSchema(`
  type Query { node: Node  any: Any  id: ID  name: String }
  interface Node { id: ID  name: String }
  type Book implements Node { id: ID  name: String  author: Book }
  type Film { id: ID  name: String }
  union Any = Book | Film
`);

/** Response names, each with the names of what is selected below, for an object of the type in place of the root. */
function collected(text: string, typeName = 'Book', variables: Record<string, unknown> = {}): unknown[] {
  const document = parse(text);
  const operation = getOperationAST(document)!;
  const type = schema.getType(typeName) as GraphQLObjectType;
  const context = {
    schema,
    fragments: fragmentsOf(document),
    conditions: conditionReader(document, operation)(variables)!,
  };
  return collectFields([operation.selectionSet], type, type, context).map(({ responseName, nodes }) => {
    const below = selectionSetsOf(nodes);
    if (below.length === 0) return responseName;
    return [responseName, ...collectFields(below, type, type, context).map((field) => field.responseName)];
  });
}

describe('6.3.2 Field Collection', () => {
  test.each<[string, string, unknown[]]>([
    ['fields stand in the order of the document', '{ name id }', ['name', 'id']],
    ['an alias is the response name', '{ id name: id }', ['id', 'name']],
    ['a field that is selected twice stands at its first place', '{ id name id }', ['id', 'name']],
    [
      'the selections of a field are merged',
      '{ author { id } name author { name } }',
      [['author', 'id', 'name'], 'name'],
    ],
    [
      'fields of a fragment stand where it is spread',
      '{ ...F id } fragment F on Book { name }',
      ['name', 'id'],
    ],
    ['a fragment without a type applies to every object', '{ ... { name } }', ['name']],
    [
      'a fragment that is spread twice counts once',
      '{ ...F id ...F } fragment F on Book { name }',
      ['name', 'id'],
    ],
    ['an unknown fragment selects nothing', '{ id ...F }', ['id']],
  ])('%s', (_, text, expected) => {
    expect(collected(text)).toEqual(expected);
  });

  test.each<[string, string, unknown[]]>([
    ['@skip: true leaves a field out', '{ id @skip(if: true) name }', ['name']],
    ['@include: false leaves a field out', '{ id @include(if: false) name }', ['name']],
    ['@skip: true wins over @include: true', '{ id @skip(if: true) @include(if: true) name }', ['name']],
    ['@include: false wins over @skip: false', '{ id @skip(if: false) @include(if: false) name }', ['name']],
    ['a field is selected when one of its selections is included', '{ id @skip(if: true) id }', ['id']],
    [
      'a spread that is skipped does not count as visited',
      '{ ...F @skip(if: true) ...F } fragment F on Book { id }',
      ['id'],
    ],
    [
      'a condition on an inline fragment decides for all in it',
      '{ ... @include(if: false) { id } name }',
      ['name'],
    ],
  ])('%s', (_, text, expected) => {
    expect(collected(text)).toEqual(expected);
  });

  test('a variable decides, and its default where it is absent', () => {
    const text = 'query ($a: Boolean = true) { id @skip(if: $a) name }';
    expect(collected(text)).toEqual(['name']);
    expect(collected(text, 'Book', { a: false })).toEqual(['id', 'name']);
  });
});

test.each<[string, string, string, unknown[]]>([
  ['the object type itself applies', 'Book', '{ ... on Book { id } }', ['id']],
  ['another object type does not', 'Film', '{ ... on Book { id } }', []],
  ['an interface of the object applies', 'Book', '{ ... on Node { id } }', ['id']],
  ['an interface of others does not', 'Film', '{ ... on Node { id } }', []],
  ['a union with the object as a member applies', 'Film', '{ ... on Any { ... on Film { id } } }', ['id']],
])('6.3.2 DoesFragmentTypeApply: %s', (_, typeName, text, expected) => {
  expect(collected(text, typeName)).toEqual(expected);
});

test('the parent type of a field is the one that its selection is written for', () => {
  const document = parse('{ ... on Node { id } name }');
  const type = schema.getType('Book') as GraphQLObjectType;
  const context = { schema, fragments: fragmentsOf(document), conditions: new Map<string, boolean>() };
  const fields = collectFields([getOperationAST(document)!.selectionSet], type, type, context);
  expect(fields.map(({ responseName, parentType }) => [responseName, parentType.name])).toEqual([
    ['id', 'Node'],
    ['name', 'Book'],
  ]);
});
