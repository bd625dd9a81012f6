import { buildSchema, parse } from 'graphql';
import { EXECUTORS, type Executor } from '../../platform/execution/executor';
import { subgraphExecution } from '../../platform/graphql/execution/execute-subgraph';
import type { SubgraphContext } from '../../platform/graphql/subgraph-context';
import { clientDisconnect } from '../../platform/http/client-disconnect';
import { federatedOperations } from '../../gateway/federated-operations';
import { UNMEASURED } from '../../gateway/gateway-metrics';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import type { SubgraphRequest } from '../../gateway/subgraph-transport';
import { composed } from './composed';
import type { Graph } from './graphs';
import { admittedByAll } from './two-gateways';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external"])';
const GRAPH: Graph = {
  title: 'books with prices',
  subgraphs: {
    books: `${LINK} type Query { books: [Book] } type Book @key(fields: "id") { id: ID! title: String }`,
    prices: `${LINK} type Book @key(fields: "id") { id: ID! price: Int shelf: String! }`,
  },
};
const CONTEXT = { caller: { kind: 'anonymous' as const }, requestId: '', source: '', ...clientDisconnect() };
const book = (id: string) => ({ __typename: 'Book', id, title: `Book ${id}` });

/** Executes over subgraphs with two places for one book; counts how often its price was requested. */
async function execute(
  executor: Executor,
  query = '{ books { title price } }',
  price: object | null = { price: 5 },
) {
  let priced = 0;
  const replies: Record<string, (request: SubgraphRequest) => Record<string, unknown>> = {
    books: () => ({ books: [book('1'), book('1')] }),
    prices: ({ variables }) => {
      const representations = variables.representations as unknown[];
      priced += representations.length;
      return { _entities: representations.map(() => price) };
    },
  };
  const subgraphs = new Map(
    Object.entries(replies).map(([name, reply]) => [
      name,
      {
        fetch: (request: SubgraphRequest) => Promise.resolve({ data: reply(request) }),
        ready: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    ]),
  );
  const operations = federatedOperations({
    supergraphSdl: composed(GRAPH),
    subgraphs,
    executor,
    limits: DEFAULT_LIMITS.document,
    counted: UNMEASURED,
  });
  const { operation, admitted } = await admittedByAll(operations, query, {});
  return { answer: await operation.execute(admitted, CONTEXT), priced };
}

test.each(EXECUTORS)('%s answers in the gateway', async (executor) => {
  const { answer } = await execute(executor);
  const priced = { title: 'Book 1', price: 5 };
  expect(JSON.parse(JSON.stringify(answer))).toEqual({ data: { books: [priced, priced] } });
});

test.each(EXECUTORS)(
  '%s reports an object that a subgraph does not have any more as an error with a code',
  async (executor) => {
    const { answer } = await execute(executor, '{ books { title shelf } }', null);
    expect(JSON.parse(JSON.stringify(answer.data))).toEqual({ books: [null, null] });
    const errors = JSON.parse(JSON.stringify(answer.errors)) as unknown;
    expect(errors).toMatchObject([
      { path: ['books', 0, 'shelf'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      { path: ['books', 1, 'shelf'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
  },
);

test('apollo switches off what the compiled plan does: request an entity once that is there twice', async () => {
  expect((await execute('compiled')).priced).toBe(1);
  expect((await execute('apollo')).priced).toBe(2);
});

test('apollo switches off what the compiled operation does: name a client’s mistake in a variable', async () => {
  const schema = buildSchema('type Query { book(id: ID!): Int }');
  const operation = {
    document: parse('query ($id: ID!) { book(id: $id) }'),
    variables: { id: {} },
    operationName: undefined,
  };
  const codes = EXECUTORS.map(async (executor) => {
    const { errors } = await subgraphExecution(executor)(
      schema,
      operation,
      CONTEXT satisfies SubgraphContext,
    );
    return errors?.map(({ extensions }) => extensions?.code);
  });
  expect(await Promise.all(codes)).toEqual([['BAD_USER_INPUT'], [undefined]]);
});
