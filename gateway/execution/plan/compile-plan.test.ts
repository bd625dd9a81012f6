import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { buildSchema, getOperationAST, OperationTypeNode, parse, type GraphQLFormattedError } from 'graphql';
import { clientDisconnect } from '../../../platform/http/client-disconnect';
import type { SubgraphReply, SubgraphRequest } from '../../subgraph-transport';
import { NotCompiled } from '../not-compiled';
import { compilePlan } from './compile-plan';
import type { PlanRun } from './plan-run';

const schema = buildSchema(`
  type Query { books: [Book]  book: Book  first: Int  second: Int }
  interface Product { id: ID }
  type Book implements Product { id: ID  title: String  price: Int }
`);
const operation = getOperationAST(
  parse('query ($first: Int = 3, $withPrice: Boolean = true) { books { id } }'),
)!;

type Reply = (request: SubgraphRequest) => SubgraphReply | Promise<SubgraphReply>;

/** Runs a plan over subgraphs that reply so. */
async function run(
  node: PlanNode,
  replies: Record<string, Reply>,
  start: Pick<PlanRun, 'data' | 'variables'> = { data: {}, variables: {} },
) {
  const requests: [string, Record<string, unknown>][] = [];
  const subgraphs = new Map(
    Object.entries(replies).map(([name, reply]) => [
      name,
      {
        fetch: async (request: SubgraphRequest) => {
          requests.push([name, request.variables]);
          return reply(request);
        },
        ready: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    ]),
  );
  const plan: QueryPlan = { kind: 'QueryPlan', node };
  const context = {
    caller: { kind: 'anonymous' as const },
    requestId: 'request',
    source: '',
    ...clientDisconnect(),
  };
  const planRun: PlanRun = { ...start, context, errors: [] };
  await compilePlan(plan, { operation, schema, subgraphs })(planRun);
  const errors = planRun.errors.map((error) => {
    const { message, path, extensions } = error as Error & GraphQLFormattedError;
    return { message, path, code: extensions?.code, service: extensions?.serviceName };
  });
  return { data: planRun.data, errors, requests };
}

const fetchNode = (serviceName: string, more: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName,
  operation: '{ __typename }',
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
  ...more,
});

/** Fetches `price` of the books at the path. */
const entities = (path: (string | number)[], more: Partial<FetchNode> = {}): PlanNode => ({
  kind: 'Flatten',
  path: path,
  node: fetchNode('prices', {
    requires: [
      {
        kind: 'InlineFragment',
        typeCondition: 'Book',
        selections: [
          { kind: 'Field', name: '__typename' },
          { kind: 'Field', name: 'id' },
        ],
      },
    ],
    ...more,
  }),
});
const book = (id: string) => ({ __typename: 'Book', id });
const priceOf = ({ variables }: SubgraphRequest): SubgraphReply => ({
  data: {
    _entities: (variables.representations as { id: string }[]).map(({ id }) => ({ price: Number(id) * 10 })),
  },
});

describe('query plan', () => {
  test('a sequence waits for each step, and later steps see what earlier ones fetched', async () => {
    const node: PlanNode = { kind: 'Sequence', nodes: [fetchNode('books'), entities(['book'])] };
    const { data } = await run(node, { books: () => ({ data: { book: book('1') } }), prices: priceOf });
    expect(data).toEqual({ book: { ...book('1'), price: 10 } });
  });

  test('parallel steps start together, and one that fails leaves the others', async () => {
    const node: PlanNode = { kind: 'Parallel', nodes: [fetchNode('books'), fetchNode('prices')] };
    const { data, errors, requests } = await run(node, {
      books: () => Promise.reject(new Error('gone')),
      prices: () => ({ data: { first: 1 } }),
    });
    expect(requests.map(([name]) => name)).toEqual(['books', 'prices']);
    expect(data).toEqual({ first: 1 });
    expect(errors.map(({ message }) => message)).toEqual(['gone']);
  });

  test.each([
    [{}, ['books']],
    [{ withPrice: true }, ['books']],
    [{ withPrice: false }, ['prices']],
  ])('a condition with the variables %j asks %j', async (variables, asked) => {
    const node: PlanNode = {
      kind: 'Condition',
      condition: 'withPrice',
      ifClause: fetchNode('books'),
      elseClause: fetchNode('prices'),
    };
    const reply = () => ({ data: {} });
    const { requests } = await run(node, { books: reply, prices: reply }, { data: {}, variables });
    expect(requests.map(([name]) => name)).toEqual(asked);
  });

  test('a fetch receives the variables that it uses and that the client sent', async () => {
    const variables = { first: 2, other: 5 };
    const node = fetchNode('books', { variableUsages: ['first', 'withPrice'] });
    const { requests } = await run(node, { books: () => ({ data: {} }) }, { data: {}, variables });
    expect(requests).toEqual([['books', { first: 2 }]]);
  });

  test.each<[string, PlanNode]>([
    ['@defer', { kind: 'Defer', primary: {}, deferred: [] }],
    ['a context of @fromContext', fetchNode('books', { contextRewrites: [] })],
    ['an unknown subgraph', fetchNode('nowhere')],
    [
      'a variable named like the representations',
      entities(['book'], { variableUsages: ['representations'] }),
    ],
  ])('%s is not compiled', async (_, node) => {
    await expect(run(node, { books: priceOf, prices: priceOf })).rejects.toThrow(NotCompiled);
  });
});

describe('federation: Query._entities', () => {
  test('representations hold __typename and the key, and results merge into the objects in order', async () => {
    const data = { books: [{ ...book('2'), title: 'Emma' }, null, book('1')] };
    const result = await run(entities(['books', '@']), { prices: priceOf }, { data, variables: {} });
    expect(result.requests).toEqual([['prices', { representations: [book('2'), book('1')] }]]);
    expect(result.data.books).toEqual([
      { ...book('2'), title: 'Emma', price: 20 },
      null,
      { ...book('1'), price: 10 },
    ]);
  });

  test('an entity that is there several times is requested once', async () => {
    const data = { books: [book('1'), book('2'), book('1')] };
    const result = await run(entities(['books', '@']), { prices: priceOf }, { data, variables: {} });
    expect(result.requests).toEqual([['prices', { representations: [book('1'), book('2')] }]]);
    expect(result.data.books).toMatchObject([{ price: 10 }, { price: 20 }, { price: 10 }]);
  });

  test('an object without its key, or of another type, is not requested', async () => {
    const data = { books: [{ __typename: 'Book' }, { __typename: 'Film', id: '1' }] };
    const result = await run(entities(['books', '@']), { prices: priceOf }, { data, variables: {} });
    expect(result.requests).toEqual([]);
  });

  test('an error is reported at every place of its entity', async () => {
    const data = { books: [null, book('1'), book('1')] };
    const message = 'no price';
    const reply = () => ({
      data: { _entities: [null] },
      errors: [{ message, path: ['_entities', 0, 'price'] }],
    });
    const { errors } = await run(entities(['books', '@']), { prices: reply }, { data, variables: {} });
    const code = 'DOWNSTREAM_SERVICE_ERROR';
    expect(errors).toEqual([
      { message, path: ['books', 1, 'price'], code, service: 'prices' },
      { message, path: ['books', 2, 'price'], code, service: 'prices' },
    ]);
  });

  test.each<[string, SubgraphReply]>([
    ['Expected "data._entities" in response to be an array', { data: {} }],
    ['Expected "data._entities" to contain 1 elements', { data: { _entities: [] } }],
  ])('%s', async (message, reply) => {
    const data = { book: book('1') };
    const { errors } = await run(entities(['book']), { prices: () => reply }, { data, variables: {} });
    expect(errors.map((error) => error.message)).toEqual([message]);
  });

  test('an answer with __proto__ reaches no other object', async () => {
    const reply = () => ({
      data: JSON.parse('{"_entities":[{"__proto__":{"price":1}}]}') as Record<string, unknown>,
    });
    await run(entities(['book']), { prices: reply }, { data: { book: book('1') }, variables: {} });
    expect({}).not.toHaveProperty('price');
  });
});
