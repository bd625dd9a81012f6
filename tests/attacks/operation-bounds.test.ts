import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, Kind, parse, type GraphQLField, type OperationDefinitionNode } from 'graphql';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import { operationCosts } from '../../gateway/limits/operation-cost';

/**
 * The table of docs/security.md that says what each operation of the API takes, compared with what the schema makes it cost:
 * no root field goes without a row, no price differs, and none buys more calls to suppliers than a stated number.
 */
const MAX_SUPPLIER_CALLS_A_POINT = 0.2;

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const api = buildSchema(read('schema/api.graphql'), { assumeValidSDL: true });
const costs = operationCosts(read('schema/supergraph.graphql'), api);

interface Row {
  operation: string;
  cost: number;
  supplierCalls: number;
  callsAMinute: number;
}

/** Rows such as `| holdSlot | 40 | 6 | … | 60,000 |`, below their heading. */
const rows: Row[] = (read('docs/security.md').split('## Bounds of each operation')[1] ?? '')
  .split('\n')
  .flatMap((line) => {
    const [, operation, cost, calls, callsAMinute] =
      /^\| `(\w+)` +\| ([\d,]+) +\| (\d+) +\|.*\| ([\d,]+) +\|$/.exec(line) ?? [];
    if (operation === undefined) return [];
    const number = (text = '') => Number(text.replace(/,/g, ''));
    return [
      { operation, cost: number(cost), supplierCalls: number(calls), callsAMinute: number(callsAMinute) },
    ];
  });

/** Selections of the fields whose cost lies in what is selected in them. */
const DEAREST: Record<string, string> = {
  assessment: '{ appointmentOptions(first: 30) { __typename } }',
  suppliers: '{ status }',
  myBookings: '{ edges { cursor } }',
  practicesNear: '{ ... on PracticeNearConnection { edges { cursor } } }',
  findPathways: '{ ... on PathwaysFound { pathways { id } } }',
};
/** The longest list that each field that takes `first` answers. */
const MAX_FIRST: Record<string, number> = {
  findPathways: 50,
  searchPractices: 50,
  myBookings: 100,
  practiceDeadLetters: 200,
  frontEndDeadLetters: 200,
  unsettledBookings: 200,
};

function costOf(kind: 'query' | 'mutation', { name, args }: GraphQLField<unknown, unknown>): number {
  const takesFirst = args.some((argument) => argument.name === 'first') && name in MAX_FIRST;
  const first = takesFirst ? `(first: ${MAX_FIRST[name]})` : '';
  const document = parse(`${kind} { ${name}${first} ${DEAREST[name] ?? '{ __typename }'} }`);
  const isOperation = (node: { kind: Kind }): node is OperationDefinitionNode =>
    node.kind === Kind.OPERATION_DEFINITION;
  return costs(document.definitions.find(isOperation)!, document)({});
}

const fields = [
  ...Object.values(api.getQueryType()?.getFields() ?? {}).map((field) => ['query', field] as const),
  ...Object.values(api.getMutationType()?.getFields() ?? {}).map((field) => ['mutation', field] as const),
];

test('every operation of the API has its row, with what the schema makes it cost', () => {
  const byName = (one: [string, number], other: [string, number]) => one[0].localeCompare(other[0]);
  const written = rows.map(({ operation, cost }): [string, number] => [operation, cost]).sort(byName);
  const actual = fields
    .map(([kind, field]): [string, number] => [field.name, costOf(kind, field)])
    .sort(byName);
  expect(written).toEqual(actual);
});

test('no cost buys more calls to suppliers than the table states', () => {
  const cheap = rows.filter(({ cost, supplierCalls }) => supplierCalls > cost * MAX_SUPPLIER_CALLS_A_POINT);
  expect(cheap).toEqual([]);
});

test('the calls of a caller in a minute are bounded by the budget', () => {
  const { callerCostPerMinute } = DEFAULT_LIMITS;
  const bought = rows.map((row) => ({
    ...row,
    callsAMinute: Math.floor(callerCostPerMinute / row.cost) * row.supplierCalls,
  }));
  expect(rows).toEqual(bought);
});

test('every field that takes `first` counts the requested size', () => {
  const sliced = fields.filter(([, field]) => field.args.some(({ name }) => name === 'first'));
  // The answer of practicesNear is a union, so it always counts as its longest page.
  const known = [...Object.keys(MAX_FIRST), 'practicesNear'].sort();
  expect(sliced.map(([, { name }]) => name).sort()).toEqual(known);
  const underpriced = sliced.filter(([kind, field]) => costOf(kind, field) < (MAX_FIRST[field.name] ?? 100));
  expect(underpriced.map(([, { name }]) => name)).toEqual([]);
});

test('a list within a page counts by the size of the page', () => {
  const document = parse('{ myBookings(first: 100) { edges { node { id } } } }');
  const [operation] = document.definitions as OperationDefinitionNode[];
  expect(costs(operation!, document)({})).toBeGreaterThanOrEqual(200);
});

test('thirty searches of one request stay within the cost limit of an operation', () => {
  const search = rows.find(({ operation }) => operation === 'assessment')!;
  expect(30 * search.cost).toBeLessThanOrEqual(DEFAULT_LIMITS.operationCost);
});
