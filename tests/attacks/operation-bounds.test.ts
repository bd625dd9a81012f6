import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, Kind, parse, type GraphQLField, type OperationDefinitionNode } from 'graphql';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import { operationCosts } from '../../gateway/limits/operation-cost';

/**
 * The table of docs/security.md that says what each operation of the API takes, compared with what the schema makes it cost:
 * no root field goes without a row, no price differs, and none buys more calls to suppliers than a stated number.
 */
const MOST_SUPPLIER_CALLS_A_POINT = 0.2;

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
const rows: Row[] = (read('docs/security.md').split('## What each operation takes')[1] ?? '')
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

/** Where the work is not the field's own but that of what is selected in it. */
const DEAREST: Record<string, string> = {
  assessment: '{ appointmentOptions(first: 30) { __typename } }',
  suppliers: '{ status }',
  myBookings: '{ edges { cursor } }',
  practicesNear: '{ ... on PracticeNearConnection { edges { cursor } } }',
};
/** The longest list that each field that takes `first` answers. */
const MOST_FIRST: Record<string, number> = {
  pathways: 50,
  searchPractices: 50,
  myBookings: 100,
  practiceDeadLetters: 200,
  unsettledBookings: 200,
};

function costOf(kind: 'query' | 'mutation', { name, args }: GraphQLField<unknown, unknown>): number {
  const takesFirst = args.some((argument) => argument.name === 'first') && name in MOST_FIRST;
  const first = takesFirst ? `(first: ${MOST_FIRST[name]})` : '';
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

test('no price buys more calls to suppliers than is said', () => {
  const cheap = rows.filter(({ cost, supplierCalls }) => supplierCalls > cost * MOST_SUPPLIER_CALLS_A_POINT);
  expect(cheap).toEqual([]);
});

test('what a caller can cause in a minute is what the budget buys', () => {
  const { callerCostPerMinute } = DEFAULT_LIMITS;
  const bought = rows.map((row) => ({
    ...row,
    callsAMinute: Math.floor(callerCostPerMinute / row.cost) * row.supplierCalls,
  }));
  expect(rows).toEqual(bought);
});

test('every field that takes `first` counts what is asked for', () => {
  const sliced = fields.filter(([, field]) => field.args.some(({ name }) => name === 'first'));
  // The answer of practicesNear is a union, so it always counts as its longest page.
  const known = [...Object.keys(MOST_FIRST), 'practicesNear'].sort();
  expect(sliced.map(([, { name }]) => name).sort()).toEqual(known);
  const underpriced = sliced.filter(([kind, field]) => costOf(kind, field) < (MOST_FIRST[field.name] ?? 100));
  expect(underpriced.map(([, { name }]) => name)).toEqual([]);
});

test('a list within a page counts as the page was asked for', () => {
  const document = parse('{ myBookings(first: 100) { edges { node { id } } } }');
  const [operation] = document.definitions as OperationDefinitionNode[];
  expect(costs(operation!, document)({})).toBeGreaterThanOrEqual(200);
});

test('thirty searches of one request stay within what one operation may cost', () => {
  const search = rows.find(({ operation }) => operation === 'assessment')!;
  expect(30 * search.cost).toBeLessThanOrEqual(DEFAULT_LIMITS.operationCost);
});
