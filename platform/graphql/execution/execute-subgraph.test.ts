import { buildSchema, execute, parse, type GraphQLSchema } from 'graphql';
import type { SubgraphContext } from '../subgraph-context';
import { subgraphExecution } from './execute-subgraph';

const SDL = `
  type Query { a: A, all: [A!], needed: Needed, some: Any }
  type A { id: ID! t: String d: String at: Int }
  type Needed { t: String! }
  interface Any { t: String }
  type One implements Any { t: String }
`;

/** Objects that run somebody's code when they are read. */
function throwing(): Record<string, unknown> {
  return {
    id: '1',
    get t() {
      throw new Error('the diary is broken');
    },
    get at() {
      throw new RangeError('the clock is broken');
    },
    d: 'text',
  };
}

const trap = (): never => {
  throw new Error('the proxy is broken');
};

const trapT = (target: object, name: string | symbol): unknown =>
  name === 't' ? trap() : Reflect.get(target, name);

const ROOTS: [string, () => Record<string, unknown>][] = [
  ['getters', () => ({ a: throwing(), all: [throwing(), { id: '2', t: 'text' }], needed: throwing() })],
  [
    'a proxy',
    () => ({ a: new Proxy(throwing(), { get: trapT }), all: [new Proxy({ id: '1' }, { get: trapT })] }),
  ],
  [
    'a value that is a proxy',
    () => ({ a: { id: '1', t: new Proxy({}, { getPrototypeOf: trap, get: trap }), d: 'text' } }),
  ],
  ['a promise of one', () => ({ a: Promise.resolve(throwing()), all: [Promise.resolve(throwing())] })],
  ['the name of a type', () => ({ some: Object.defineProperty({}, '__typename', { get: trap }) })],
  ['the root', () => Object.defineProperty({}, 'a', { get: trap, enumerable: true })],
  ['a method', () => ({ a: { id: '1', t: trap } })],
];

const DOCUMENT = parse('{ a { id t d at } all { id t } needed { t } some { __typename t } }');

test.each(ROOTS)('what throws is answered as by graphql-js: %s', async (_, root) => {
  const [ours, theirs] = [withRoot(root()), withRoot(root())];
  const context = {} as SubgraphContext;
  const expected = await execute({ schema: theirs, document: DOCUMENT, contextValue: context });
  const answered = await subgraphExecution('compiled')(
    ours,
    { document: DOCUMENT, variables: {}, operationName: undefined },
    context,
  );
  expect(JSON.parse(JSON.stringify(answered))).toEqual(JSON.parse(JSON.stringify(expected)));
  expect(expected.errors).not.toEqual([]);
});

/** The schema with a root object: the gateway gives none. */
function withRoot(root: Record<string, unknown>): GraphQLSchema {
  const made = buildSchema(SDL);
  const fields = made.getQueryType()?.getFields() ?? {};
  for (const [name, field] of Object.entries(fields)) field.resolve = () => root[name];
  return made;
}
