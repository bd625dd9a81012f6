import { buildSchema, getOperationAST, parse } from 'graphql';
import { ANONYMOUS, type Caller } from '../../domain/caller';
import { conditionReader } from '../../platform/execution/conditions';
import { operationAccess } from './operation-access';

const SDL = `
  directive @access(to: [String!]!, own: Boolean! = false) on FIELD_DEFINITION
  type Query { open: Int  secret: Int @access(to: [OPERATOR])  node: Node  thing: Thing  told: Told @access(to: [OPERATOR]) }
  type Node { figures: Int @access(to: [OPERATOR, ANALYST])  mine: Int @access(to: [PATIENT], own: true)  next: Node }
  type Other { id: ID }
  type NotAllowed { message: String }
  union Thing = Node | Other
  union Told = Other | NotAllowed
`;
const api = buildSchema(SDL);
const accessOf = operationAccess(SDL, api);
const OPERATOR: Caller = { kind: 'operator', id: 'operator-0000000001' };
const ANALYST: Caller = { kind: 'analyst', id: 'analyst-00000000001' };

function refused(source: string, caller: Caller, variables: Record<string, unknown> = {}): string | null {
  const document = parse(source);
  const operation = getOperationAST(document)!;
  const conditionsOf = conditionReader(document, operation);
  return accessOf(operation, document)(caller, () => conditionsOf(variables))?.message ?? null;
}

it.each([
  ['nothing that is for some only', '{ open node { next { __typename } } }', null],
  ['a field of the root', '{ open secret }', 'Query.secret is for operators.'],
  ['a field of an object', '{ node { figures } }', 'Node.figures is for operators and analysts.'],
  ['one far down', '{ node { next { next { figures } } } }', 'Node.figures is for operators and analysts.'],
  ['what is their own', '{ node { mine } }', 'Node.mine is for people who have signed in.'],
  ['one under an alias', '{ open: secret }', 'Query.secret is for operators.'],
  ['one in a fragment', '{ ...F } fragment F on Query { secret }', 'Query.secret is for operators.'],
  [
    'a member of a union',
    '{ thing { ... on Node { figures } } }',
    'Node.figures is for operators and analysts.',
  ],
  ['what says itself that it is not allowed', '{ told { __typename } }', null],
  ['one that is never asked', '{ secret @skip(if: true) open }', null],
  ['one in a fragment that is never asked', '{ ... @include(if: false) { secret } open }', null],
])('%s is refused to whoever is not signed in, or not at all', (_, source, message) => {
  expect(refused(source, ANONYMOUS)).toBe(message);
});

it('says yes to each kind that is named', () => {
  expect(refused('{ node { figures } secret }', OPERATOR)).toBeNull();
  expect(refused('{ node { figures } }', ANALYST)).toBeNull();
  expect(refused('{ secret }', ANALYST)).toBe('Query.secret is for operators.');
});

it('goes by the variables, and by their defaults', () => {
  const source = 'query ($all: Boolean = false) { open ... @include(if: $all) { secret } }';
  expect(refused(source, ANALYST)).toBeNull();
  expect(refused(source, ANALYST, { all: true })).toBe('Query.secret is for operators.');
});

it('takes a condition that is no Boolean for one that may hold', () => {
  expect(refused('query ($all: Boolean!) { secret @include(if: $all) }', ANALYST, { all: 'yes' })).toBe(
    'Query.secret is for operators.',
  );
});
