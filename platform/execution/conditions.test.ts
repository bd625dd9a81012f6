import { getOperationAST, parse } from 'graphql';
import { compiledVariants } from './compiled-variants';
import { conditionReader } from './conditions';
import { hasInheritedName } from './inherited-names';

function read(text: string, variables: Record<string, unknown>): [string, boolean][] | null {
  const document = parse(text);
  const values = conditionReader(document, getOperationAST(document)!)(variables);
  return values && [...values];
}

describe('3.13.1 @skip and 3.13.2 @include', () => {
  test.each<[string, string, Record<string, unknown>, [string, boolean][] | null]>([
    ['a variable is read', 'query ($a: Boolean!) { x @skip(if: $a) }', { a: true }, [['a', true]]],
    [
      'a default stands for an absent variable',
      'query ($a: Boolean = true) { x @skip(if: $a) }',
      {},
      [['a', true]],
    ],
    [
      'a variable wins over its default',
      'query ($a: Boolean = true) { x @skip(if: $a) }',
      { a: false },
      [['a', false]],
    ],
    ['other variables are not conditions', 'query ($a: Int) { x(y: $a) @other(if: $a) }', { a: 1 }, []],
    [
      'a variable is read once, in fragments too',
      'query ($a: Boolean!) { x @skip(if: $a) ...F } fragment F on Q { y @include(if: $a) }',
      { a: true },
      [['a', true]],
    ],
    ['null is not a condition', 'query ($a: Boolean = true) { x @skip(if: $a) }', { a: null }, null],
    ['a text is not a condition', 'query ($a: Boolean!) { x @skip(if: $a) }', { a: 'true' }, null],
    [
      'an absent variable without a default is not a condition',
      'query ($a: Boolean!) { x @skip(if: $a) }',
      {},
      null,
    ],
  ])('%s', (_, text, variables, expected) => {
    expect(read(text, variables)).toEqual(expected);
  });
});

test('each combination of conditions is compiled once, up to 64 of them', () => {
  let compiled = 0;
  const variant = compiledVariants(() => ++compiled);
  const combination = (number: number) =>
    new Map(Array.from({ length: 7 }, (_, bit): [string, boolean] => [`c${bit}`, (number >> bit) % 2 === 1]));
  for (let number = 0; number < 64; number++) expect(variant(combination(number))).toBe(number + 1);
  expect(variant(combination(5))).toBe(6);
  expect(variant(combination(64))).toBeNull();
});

test.each<[string, boolean]>([
  ['{ constructor }', true],
  ['{ a: constructor }', false],
  ['{ __proto__: a }', true],
  ['{ a ... on B { toString: c } }', true],
  ['{ a } fragment F on B { valueOf }', true],
  ['{ a { b } }', false],
])('%s has a response name that objects inherit: %s', (text, expected) => {
  expect(hasInheritedName(parse(text))).toBe(expected);
});
