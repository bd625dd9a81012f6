import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isScalarType,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import { demoFamily, patientClaims, staffClaims } from '../../demo/people';
import { OdsCode } from '../../domain/ods-code';
import { EXECUTORS } from '../../platform/execution/executor';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';

/**
 * Values that their types do not allow, everywhere that the schema takes one: it is the client's mistake, said by a public
 * code, and nothing that the log of a service needs to hold.
 */
const schema = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'api.graphql'), 'utf8'), {
  assumeValidSDL: true,
});

const WRONG_DATE_TIMES = [
  '2026-12-01T10:00:00',
  '2026-12-01',
  'tomorrow',
  '',
  '2026-02-30T10:00:00Z',
  '2026-13-01T10:00:00Z',
  '2026-12-01T24:30:00Z',
  '2026-12-01T10:00:00+99:00',
  0,
  true,
  {},
];
const WRONG: Record<string, unknown[]> = {
  DateTime: WRONG_DATE_TIMES,
  Int: [1.5, 2_147_483_648, '1', true, {}],
  Float: ['1', true, {}],
  Boolean: ['true', 1, {}],
  String: [1, true, {}],
  ID: [1.5, true, {}],
};

interface Place {
  /** Makes a document of a selection of the type that has the field. */
  around: (selection: string) => string;
  field: string;
  argument: string;
  /** From the argument to the value. */
  path: string[];
  type: GraphQLInputType;
  leaf: GraphQLInputType;
}

/** Every place of an argument of a root field at which a scalar or an enum stands. */
function placesIn(type: GraphQLInputType): { path: string[]; leaf: GraphQLInputType }[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [{ path: [], leaf: type }];
  return Object.values(named.getFields()).flatMap(({ name, type: of }) =>
    placesIn(of).map(({ path, leaf }) => ({ path: [name, ...path], leaf })),
  );
}

/** Every type that can be reached, by the shortest way to it. */
function reachable(): Map<GraphQLObjectType, Place['around']> {
  const [query, mutation] = [schema.getQueryType()!, schema.getMutationType()!];
  const ways = new Map<GraphQLObjectType, Place['around']>([
    [query, (selection) => `{ ${selection} }`],
    [mutation, (selection) => `mutation { ${selection} }`],
  ]);
  for (const [type, around] of ways)
    for (const { name, args, type: of } of Object.values(type.getFields())) {
      const named = getNamedType(of);
      const members = isAbstractType(named) ? schema.getPossibleTypes(named) : [named];
      const needed = args.filter(isRequiredArgument);
      const given = needed.map((arg) => `${arg.name}: ${literal(arg.type, right(arg.type))}`).join(', ');
      for (const member of members.filter(isObjectType))
        if (!ways.has(member))
          ways.set(member, (selection) =>
            around(`${name}${given && `(${given})`} { ... on ${member.name} { ${selection} } }`),
          );
    }
  return ways;
}

function placesOfSchema(): Place[] {
  return [...reachable()].flatMap(([type, around]) =>
    Object.values(type.getFields()).flatMap(({ name: field, args, type: of }) =>
      args.flatMap((arg) =>
        placesIn(arg.type).map((place): Place => {
          const beside = args.filter((other) => other !== arg && isRequiredArgument(other));
          const given = beside
            .map((other) => `${other.name}: ${literal(other.type, right(other.type))}, `)
            .join('');
          const inner = isLeafType(getNamedType(of)) ? '' : ' { __typename }';
          const selection = (value: string) => `${field}(${given}${arg.name}: ${value})${inner}`;
          return {
            ...place,
            field,
            argument: arg.name,
            type: arg.type,
            around: (value) => around(selection(value)),
          };
        }),
      ),
    ),
  );
}

function wrongFor(type: GraphQLInputType): unknown[] {
  const named = getNamedType(type);
  const values = isEnumType(named) ? ['SOMETHING_ELSE', '', 1, true, {}] : (WRONG[named.name] ?? []);
  // A single value is coerced to a list of one.
  return [...values, ...(isNonNullType(type) ? [null] : [])];
}

/** Something that the type allows, for the fields beside. */
function right(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return right(type.ofType);
  if (isListType(type)) return [right(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isScalarType(type)) {
    const values: Record<string, unknown> = {
      Int: 1,
      Float: 1,
      Boolean: true,
      DateTime: '2024-11-26T10:00:00Z',
    };
    return values[type.name] ?? 'Z90001';
  }
  const fields = Object.values(type.getFields()).filter(({ type: of }) => isNonNullType(of));
  return Object.fromEntries(fields.map(({ name, type: of }) => [name, right(of)]));
}

/** The argument with a value at a place of it. */
function withValue(type: GraphQLInputType, [name, ...rest]: string[], value: unknown): unknown {
  if (name === undefined) return value;
  const named = getNamedType(type);
  if (!isInputObjectType(named)) throw new Error('Only objects have fields.');
  const field = named.getFields()[name]!;
  return {
    ...z.record(z.string(), z.unknown()).parse(right(named)),
    [name]: withValue(field.type, rest, value),
  };
}

/** Writes a value as it stands in a document; enums are names without quotes. */
function literal(type: GraphQLInputType, value: unknown): string {
  const named = getNamedType(type);
  if (Array.isArray(value)) return `[${value.map((one) => literal(type, one)).join(', ')}]`;
  if (isEnumType(named) && typeof value === 'string' && value !== '') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = isInputObjectType(named) ? named.getFields() : {};
  return `{ ${Object.entries(value)
    .map(([name, of]) => `${name}: ${literal(fields[name]!.type, of)}`)
    .join(', ')} }`;
}

const Answer = z.object({
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
});

describe.each(EXECUTORS)('with the executor %s', (executor) => {
  let gateway: GatewayUnderTest;
  let tokens: string[];
  beforeAll(async () => {
    gateway = await inOneProcess({ EXECUTOR: executor });
    const { sign } = await demoIssuer(gateway.config.dataDir);
    const practice = OdsCode.parse('Z90001');
    const { mother, son } = demoFamily(practice, 1, gateway.now());
    tokens = [
      await sign('cis2', 'a-manager', staffClaims(practice)),
      await sign('client', 'an-operator', { scope: 'operator' }),
      await sign('nhs-login', mother.id, patientClaims(mother, [son])),
      '',
    ];
  });
  afterAll(() => gateway.close());

  /** Asks as each of them, until the fields are for one. */
  async function codesFor(query: string, variables: Record<string, unknown> = {}): Promise<string[]> {
    let codes: string[] = [];
    for (const token of tokens) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== '' && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      const { errors = [] } = Answer.parse(await response.json());
      codes = errors.map(({ extensions }) => extensions.code);
      if (!codes.includes('FORBIDDEN')) return codes;
    }
    return codes;
  }

  it('answers every value that a type allows without a fault of its own', async () => {
    const surprises: string[] = [];
    gateway.logged.length = 0;
    for (const { around, field, argument, type, path, leaf } of placesOfSchema())
      for (const extreme of EXTREME[getNamedType(leaf).name] ?? []) {
        const value = withValue(type, path, extreme);
        const [operation, document] = operationOf(around('$value'));
        const query = `${operation} ($value: ${type.toString()}) ${document}`;
        const codes = await codesFor(query, { value });
        if (codes.includes('INTERNAL_SERVER_ERROR'))
          surprises.push(`${[field, argument, ...path].join('.')} ${JSON.stringify(extreme)}`.slice(0, 100));
      }
    expect(surprises).toEqual([]);
    expect(logLines(gateway).filter(({ level }) => level >= 50)).toEqual([]);
  });

  it("says of each wrong value that it is the client's, as a literal and as a variable, and logs nothing", async () => {
    const surprises: string[] = [];
    let tried = 0;
    gateway.logged.length = 0;
    for (const { around, field, argument, type, path, leaf } of placesOfSchema())
      for (const wrong of wrongFor(leaf)) {
        const value = withValue(type, path, wrong);
        const place = [field, argument, ...path].join('.');
        const [operation, document] = operationOf(around('$value'));
        for (const [way, codes] of [
          ['variable', await codesFor(`${operation} ($value: ${type.toString()}) ${document}`, { value })],
          ['literal', await codesFor(around(literal(type, value)))],
        ] as const) {
          tried += 1;
          if (codes.length === 0 || !codes.every((code) => REFUSALS.includes(code)))
            surprises.push(`${place} ${way} ${JSON.stringify(wrong)}: ${codes.join()}`);
        }
      }
    expect(surprises).toEqual([]);
    expect(tried).toBeGreaterThan(500);
    expect(logLines(gateway).filter(({ level }) => level >= 40)).toEqual([]);
  });
});

/** Values that their types allow, at the end of what there is. */
const TEXTS = [
  '',
  '\u0000',
  '\ud800',
  '\u202e',
  'a'.repeat(10_000),
  '9999-12-31',
  '0000-01-01',
  '-1',
  '__proto__',
];
const EXTREME: Record<string, unknown[]> = {
  DateTime: [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59-12:00',
    '2016-12-31T23:59:60Z',
    '2026-03-29T01:30:00.123456Z',
  ],
  Int: [2_147_483_647, -2_147_483_648, -1, 0],
  Float: [1e308, -1e308, 5e-324],
  String: TEXTS,
  ID: TEXTS,
};

function operationOf(document: string): ['query' | 'mutation', string] {
  return document.startsWith('mutation')
    ? ['mutation', document.slice('mutation'.length)]
    : ['query', document];
}

function logLines({ logged }: GatewayUnderTest) {
  return logged.map((line) => z.looseObject({ level: z.number(), msg: z.string() }).parse(JSON.parse(line)));
}

const REFUSALS = ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_USER_INPUT', 'COST_TOO_HIGH'];
