import {
  buildSchema,
  execute,
  parse,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { compileOperation } from './compile-operation';

const SDL = `
  type Query {
    a: A  needed: A!  list: [A]  neededList: [A!]  numbers: [Int]  node: Node  level: Level
    echo(text: String = "default", level: Level): String  leaf(id: ID!): ID
  }
  type Mutation { first: Int  second: Int  fails: Int! }
  type Subscription { a: A }
  interface Node { id: ID }
  type A implements Node { id: ID  t: String  n: Int!  next: A  nextNeeded: A! }
  type B implements Node { id: ID }
  enum Level { LOW HIGH }
`;

type Resolvers = Record<string, GraphQLFieldResolver<unknown, unknown>>;

function schemaWith(resolvers: Resolvers): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const [name, resolve] of Object.entries(resolvers)) {
    const [type = '', field = ''] = name.split('.');
    const object = schema.getType(type);
    if (object === undefined || !('getFields' in object)) throw new Error(`There is no ${type}.`);
    const definition = object.getFields()[field];
    Object.assign(definition ?? {}, { resolve });
  }
  return schema;
}

interface Case {
  resolvers?: Resolvers;
  text: string;
  variables?: Record<string, unknown>;
  expected: Record<string, unknown>;
}

/** The answer of our executor, which has to be that of graphql-js. */
async function answered({ resolvers = {}, text, variables = {} }: Case): Promise<unknown> {
  const schema = schemaWith(resolvers);
  const document = parse(text);
  const [ours, reference] = await Promise.all([
    compileOperation(schema, document)!.execute(variables, {}),
    execute({ schema, document, variableValues: variables, contextValue: {} }),
  ]);
  expect(asSent(ours)).toEqual(asSent(reference));
  return withoutLocations(asSent(ours));
}

const asSent = (result: ExecutionResult | null) => JSON.parse(JSON.stringify(result)) as ExecutionResult;

function withoutLocations({ data, errors }: ExecutionResult) {
  return { data, ...(errors && { errors: errors.map(({ message, path }) => ({ message, path })) }) };
}

const fail = () => {
  throw new Error('broken');
};
const failLater = () => Promise.reject(new Error('broken'));
const at = (...path: (string | number)[]) => ({ message: 'broken', path });
const nullAt = (field: string, ...path: (string | number)[]) => ({
  message: `Cannot return null for non-nullable field ${field}.`,
  path,
});

describe('6.2 Executing Operations', () => {
  test('the fields of a mutation run one after the other', async () => {
    const order: string[] = [];
    const step = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      return 1;
    };
    const schema = schemaWith({ 'Mutation.first': step('first'), 'Mutation.second': step('second') });
    await compileOperation(schema, parse('mutation { second first }'))!.execute({}, {});
    expect(order).toEqual(['second begins', 'second ends', 'first begins', 'first ends']);
  });

  test('a mutation stops at the field that makes all data null', async () => {
    let ran = false;
    const resolvers = { 'Mutation.fails': failLater, 'Mutation.second': () => (ran = true) };
    const answer = await answered({ resolvers, text: 'mutation { fails second }', expected: {} });
    expect(answer).toEqual({ data: null, errors: [at('fails')] });
    expect(ran).toBe(false);
  });

  test.each([
    ['a subscription', 'subscription { a { t } }'],
    ['several operations', 'query A { level } query B { level }'],
    ['a response name that objects inherit', '{ constructor: level }'],
  ])('%s is left to graphql-js', (_, text) => {
    expect(compileOperation(buildSchema(SDL), parse(text))).toBeNull();
  });
});

describe('6.3.1 Normal and Serial Execution', () => {
  test('the fields of a query start before any of them has ended', () => {
    const started: string[] = [];
    const start = (name: string) => () => {
      started.push(name);
      return new Promise(() => undefined);
    };
    const schema = schemaWith({ 'Query.a': start('a'), 'Query.list': start('list') });
    void compileOperation(schema, parse('{ a { t } list { t } }'))!.execute({}, {});
    expect(started).toEqual(['a', 'list']);
  });

  test('results stand in the order of the selections, whichever comes first', async () => {
    const resolvers = { 'Query.a': () => Promise.resolve({ t: 'x' }), 'Query.level': () => 'LOW' };
    const answer = await answered({ resolvers, text: '{ a { t } level }', expected: {} });
    expect(JSON.stringify(answer)).toBe('{"data":{"a":{"t":"x"},"level":"LOW"}}');
  });
});

const echo: Resolvers = { 'Query.echo': (_, args) => JSON.stringify(args) };

test.each<[string, Case]>([
  [
    '6.4.1 Coercing Field Arguments: a default stands for an absent argument',
    { resolvers: echo, text: '{ echo }', expected: { data: { echo: '{"text":"default"}' } } },
  ],
  [
    '6.4.1 Coercing Field Arguments: null is a value',
    { resolvers: echo, text: '{ echo(text: null) }', expected: { data: { echo: '{"text":null}' } } },
  ],
  [
    '6.4.1 Coercing Field Arguments: an absent variable is an absent argument',
    {
      resolvers: echo,
      text: 'query ($t: String) { echo(text: $t) }',
      expected: { data: { echo: '{"text":"default"}' } },
    },
  ],
  [
    '6.4.2 Value Resolution: a property of the source is the value',
    {
      resolvers: { 'Query.a': () => ({ id: 7, t: 'x', n: 1 }) },
      text: '{ a { id t n __typename } }',
      expected: { data: { a: { id: '7', t: 'x', n: 1, __typename: 'A' } } },
    },
  ],
  [
    '6.4.2 Value Resolution: a method of the source is called',
    {
      resolvers: { 'Query.a': () => ({ t: () => 'x', next: () => ({ t: Promise.resolve('y') }) }) },
      text: '{ a { t next { t } } }',
      expected: { data: { a: { t: 'x', next: { t: 'y' } } } },
    },
  ],
  [
    '6.4.3 Value Completion: a list keeps order and nulls',
    {
      resolvers: { 'Query.list': () => [{ t: 'x' }, null, Promise.resolve({ t: 'y' })] },
      text: '{ list { t } }',
      expected: { data: { list: [{ t: 'x' }, null, { t: 'y' }] } },
    },
  ],
  [
    '6.4.3 Value Completion: what is not a list is an error',
    {
      resolvers: { 'Query.list': () => ({}) },
      text: '{ list { t } }',
      expected: {
        data: { list: null },
        errors: [
          { message: 'Expected Iterable, but did not find one for field "Query.list".', path: ['list'] },
        ],
      },
    },
  ],
  [
    '6.4.3 Value Completion: a scalar that cannot be serialised is an error',
    {
      resolvers: { 'Query.numbers': () => [1, 'x', 3] },
      text: '{ numbers }',
      expected: {
        data: { numbers: [1, null, 3] },
        errors: [{ message: 'Int cannot represent non-integer value: "x"', path: ['numbers', 1] }],
      },
    },
  ],
  [
    '6.4.3 Value Completion: a value outside an enum is an error',
    {
      resolvers: { 'Query.level': () => 'MIDDLE' },
      text: '{ level }',
      expected: {
        data: { level: null },
        errors: [{ message: 'Enum "Level" cannot represent value: "MIDDLE"', path: ['level'] }],
      },
    },
  ],
  [
    '6.4.3 ResolveAbstractType: the object says what it is',
    {
      resolvers: { 'Query.node': () => ({ __typename: 'B', id: 1 }) },
      text: '{ node { id __typename ... on A { t } } }',
      expected: { data: { node: { id: '1', __typename: 'B' } } },
    },
  ],
  [
    '6.4.3 ResolveAbstractType: a type that is not possible is an error',
    {
      resolvers: { 'Query.node': () => ({ __typename: 'Query' }) },
      text: '{ node { id } }',
      expected: {
        data: { node: null },
        errors: [
          { message: 'Runtime Object type "Query" is not a possible type for "Node".', path: ['node'] },
        ],
      },
    },
  ],
  [
    '6.4.4 Handling Field Errors: a nullable field is null',
    {
      resolvers: { 'Query.a': fail, 'Query.level': () => 'LOW' },
      text: '{ a { t } level }',
      expected: { data: { a: null, level: 'LOW' }, errors: [at('a')] },
    },
  ],
  [
    '6.4.4 Handling Field Errors: a rejection is an error like a thrown one',
    {
      resolvers: { 'Query.a': failLater },
      text: '{ a { t } }',
      expected: { data: { a: null }, errors: [at('a')] },
    },
  ],
  [
    '6.4.4 Handling Field Errors: null where it may not be makes the object null',
    {
      resolvers: { 'Query.a': () => ({ n: null }) },
      text: '{ a { n } }',
      expected: { data: { a: null }, errors: [nullAt('A.n', 'a', 'n')] },
    },
  ],
  [
    '6.4.4 Handling Field Errors: null spreads up to the nearest nullable field',
    {
      resolvers: { 'Query.a': () => ({ next: { nextNeeded: { nextNeeded: null } } }) },
      text: '{ a { next { nextNeeded { nextNeeded { t } } } } }',
      expected: {
        data: { a: { next: null } },
        errors: [nullAt('A.nextNeeded', 'a', 'next', 'nextNeeded', 'nextNeeded')],
      },
    },
  ],
  [
    '6.4.4 Handling Field Errors: up to all data',
    {
      resolvers: { 'Query.needed': failLater },
      text: '{ level needed { t } }',
      expected: { data: null, errors: [at('needed')] },
    },
  ],
  [
    '6.4.4 Handling Field Errors: an element that may not be null makes the list null',
    {
      resolvers: { 'Query.neededList': () => [{ t: 'x' }, null] },
      text: '{ neededList { t } }',
      expected: { data: { neededList: null }, errors: [nullAt('Query.neededList', 'neededList', 1)] },
    },
  ],
  [
    '6.4.4 Handling Field Errors: one error is reported for an object that became null',
    {
      resolvers: { 'Query.a': () => ({ n: failLater, nextNeeded: failLater }) },
      text: '{ a { n nextNeeded { t } } }',
      expected: { data: { a: null }, errors: [at('a', 'n')] },
    },
  ],
])('%s', async (_, aCase) => {
  expect(await answered(aCase)).toEqual(aCase.expected);
});

test('6.1.2 Coercing Variable Values: an invalid value is reported without the value, and nothing runs', async () => {
  let ran = false;
  const schema = schemaWith({ 'Query.leaf': () => (ran = true) });
  const compiled = compileOperation(schema, parse('query ($id: ID!) { leaf(id: $id) }'))!;
  const result = await compiled.execute({ id: { secret: 'of a patient' } }, {});
  expect(result?.errors?.map(({ message, extensions }) => [message, extensions.code])).toEqual([
    ['Variable "$id" has a value that its type does not allow.', 'BAD_USER_INPUT'],
  ]);
  expect(ran).toBe(false);
});

test('more combinations of conditions than are kept are left to graphql-js', () => {
  const names = Array.from({ length: 7 }, (_, index) => `c${index}`);
  const text = `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { ${names.map((name) => `${name}: level @skip(if: $${name})`).join(' ')} }`;
  const compiled = compileOperation(schemaWith({}), parse(text))!;
  const results = Array.from({ length: 65 }, (_, number) =>
    compiled.execute(Object.fromEntries(names.map((name, bit) => [name, (number >> bit) % 2 === 1])), {}),
  );
  expect(results.map((result) => result === null).indexOf(true)).toBe(64);
});

test('an element that fails at once leaves no rejection of another one unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const schema = schemaWith({ 'Query.neededList': () => [failLater(), null] });
  const result = await compileOperation(schema, parse('{ neededList { t } }'))!.execute({}, {});
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(result?.data).toEqual({ neededList: null });
  expect(unhandled).toEqual([]);
});
