import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, staffClaims } from '../../demo/people';
import { CallerKind } from '../../domain/access';
import { loadSupergraph } from '../../gateway/execution/supergraph';
import { declaredAccess } from '../../gateway/limits/operation-access';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { asker, newFamily, type Ask } from '../patient-journey';

/** Every field that is for some only, asked for by every kind of caller through the gateway. */

const sdl = readFileSync(join(__dirname, '..', '..', 'schema', 'supergraph.graphql'), 'utf8');
const { api } = loadSupergraph(sdl);
const declared = declaredAccess(sdl);
const KINDS = ['nobody', ...CallerKind.options] as const;
const cells = [...declared].flatMap(([coordinate, access]) =>
  KINDS.map((kind) => ({ coordinate, kind, access })),
);

let gateway: GatewayUnderTest;
let as: Record<(typeof KINDS)[number], Ask>;

beforeAll(async () => {
  gateway = await inOneProcess();
  const issuer = await demoIssuer(gateway.config.dataDir);
  const signed = async (...claims: Parameters<typeof issuer.sign>) =>
    asker(gateway.url, await issuer.sign(...claims));
  as = {
    nobody: asker(gateway.url),
    PATIENT: (await newFamily(gateway)).ask,
    PRACTICE_STAFF: await signed('cis2', 'a-clinician', staffClaims(CASE_STUDY_PRACTICE)),
    ANALYST: await signed('client', 'an-analyst', { scope: 'analyst' }),
    OPERATOR: await signed('client', 'an-operator', { scope: 'operator' }),
  };
});
afterAll(() => gateway.close());

test('some fields are for operators, some for analysts, some for staff, and some for patients', () => {
  const kinds = [...declared.values()].flatMap(({ to }) => to);
  expect(new Set(kinds)).toEqual(new Set(CallerKind.options));
  expect(declared.size).toBeGreaterThan(20);
});

test.each(cells)('$coordinate, selected by $kind', async ({ coordinate, kind, access }) => {
  const answer = await as[kind](operationFor(coordinate));
  const codes = answer.errors.map(({ extensions }) => extensions?.code);
  const isTheirs = kind !== 'nobody' && access.to.includes(kind);
  if (isTheirs) {
    expect(answer.status).not.toBe(403);
    if (access.own) return;
    expect(codes).not.toContain('FORBIDDEN');
    expect(answer.text).not.toContain('NotAllowed');
  } else if (!saysSoAsData(coordinate)) {
    expect(answer).toMatchObject({ status: 403, data: null });
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'FORBIDDEN', reason: kind === 'nobody' ? 'SIGN_IN_REQUIRED' : 'ROLE_NOT_ALLOWED' },
    ]);
    expect(answer.errors[0]?.message).toContain(`${coordinate} is for `);
  } else if (!access.own) {
    expect(answer).toMatchObject({ status: 200, errors: [] });
    expect(answer.text).toContain('NotAllowed');
  }
});

test('a field that a condition leaves out is not refused, and one that it includes is', async () => {
  const query = `query ($all: Boolean!) { dispositions { id } ...Ours @include(if: $all) }
    fragment Ours on Query { bookingHealth { unsettled } }`;
  expect((await as.nobody(query, { all: false })).errors).toEqual([]);
  const refused = await as.nobody(query, { all: true });
  expect(refused).toMatchObject({ status: 403, data: null });
  expect((await as.OPERATOR(query, { all: true })).errors).toEqual([]);
});

test('an alias hides nothing', async () => {
  expect((await as.PATIENT('{ dispositions: suppliers { id } }')).status).toBe(403);
});

function saysSoAsData(coordinate: string): boolean {
  const [parent = '', name = ''] = coordinate.split('.');
  const type = getNamedType(objectType(parent).getFields()[name]!.type);
  return isUnionType(type) && type.getTypes().some((member) => member.name === 'NotAllowed');
}

/** Returns the shortest valid operation that selects a field. */
function operationFor(coordinate: string): string {
  const [parent = '', name = ''] = coordinate.split('.');
  const field = objectType(parent).getFields()[name]!;
  const way = parent === 'Query' || parent === 'Mutation' ? [] : wayTo(parent);
  const inner = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  const steps = [...way, asked(field)];
  const selection = steps.reduceRight((within, step) => `{ ${step} ${within} }`, inner);
  return `${parent === 'Mutation' ? 'mutation' : 'query'} ${selection}`;
}

/** Returns the fields to select from the root on, to reach a type. */
function wayTo(type: string): string[] {
  const query = api.getQueryType()!;
  const seen = new Set([query.name]);
  const waiting: { at: GraphQLObjectType; way: string[] }[] = [{ at: query, way: [] }];
  for (const { at, way } of waiting)
    for (const field of Object.values(at.getFields())) {
      if (declared.has(`${at.name}.${field.name}`)) continue;
      const named = getNamedType(field.type);
      const members = isAbstractType(named) ? api.getPossibleTypes(named) : [named];
      for (const member of members) {
        if (!isObjectType(member) || seen.has(member.name)) continue;
        seen.add(member.name);
        const further = [...way, asked(field), ...(named === member ? [] : [`... on ${member.name}`])];
        if (member.name === type) return further;
        waiting.push({ at: member, way: further });
      }
    }
  throw new Error(`No way leads to ${type}.`);
}

function asked({ name, args }: GraphQLField<unknown, unknown>): string {
  const required = args.filter(isRequiredArgument);
  if (required.length === 0) return name;
  return `${name}(${required.map((argument) => `${argument.name}: ${literal(argument.type)}`).join(', ')})`;
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${required.map(({ name, type: inner }) => `${name}: ${literal(inner)}`).join(', ')} }`;
  }
  return LITERALS[type.name] ?? '"x"';
}

const LITERALS: Record<string, string> = {
  Int: '1',
  Float: '1',
  Boolean: 'false',
  DateTime: '"2026-03-02T09:10:00Z"',
};

function objectType(name: string): GraphQLObjectType {
  const type = api.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type.`);
  return type;
}
