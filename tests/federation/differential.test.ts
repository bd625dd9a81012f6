import fc from 'fast-check';
import { withSeed } from '../with-seed';
import { PACES, type Pace } from './generated-answers';
import { generatedOperation, type GeneratedOperation } from './generated-operation';
import { OWN_GRAPH, SMALL_GRAPHS } from './graphs';
import { plainerOperation } from './plainer-operation';
import { isSameAnswer } from './same-answer';
import { executeAsService, twoGateways, type TwoGateways } from './two-gateways';

/** Operations for each graph: a few for every day; `npm run differential` plays many. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 12);
/** Shrinking asks both gateways hundreds of times; it ends here, with the smallest operation so far. */
const SHRINK_UNTIL_MS = RUNS * 2_000 + 120_000;

describe.each([OWN_GRAPH, ...SMALL_GRAPHS])('over $title', (graph) => {
  const { longest = Infinity } = graph;
  let gateways: TwoGateways;
  beforeAll(async () => {
    gateways = await twoGateways(graph, 'salt', executeAsService);
  });

  const isLikeStock = fc.asyncProperty(fc.gen(), async (gen) => {
    const operation = generatedOperation(gateways.schema, gen);
    fc.pre(operation.text.length <= longest && gateways.isValid(operation.text));
    for (const pace of PACES) {
      const [ours, stock] = [await gateways.ours(operation, pace), await gateways.stock(operation, pace)];
      if (isSameAnswer(ours, stock)) continue;
      // See below. Where the fragments are not needed, stock does not leave out anything either.
      const plainer = await gateways.stock(plainerOperation(gateways.schema, operation), pace);
      if (!isSameAnswer(ours, plainer)) failWith(operation, pace, () => expect(ours).toStrictEqual(stock));
    }
  });

  it(
    'the answers to generated operations are those of the stock gateway, resolved at once or later',
    () =>
      withSeed(1, (_, seed) =>
        fc.assert(isLikeStock, {
          seed,
          numRuns: RUNS,
          interruptAfterTimeLimit: SHRINK_UNTIL_MS,
          markInterruptAsFailure: true,
        }),
      ),
    SHRINK_UNTIL_MS + 30_000,
  );
});

/** Fails with where the answers differ, and to which operation. */
function failWith({ text, variables }: GeneratedOperation, pace: Pace, showDifference: () => void): never {
  let difference = 'the answers are not the same';
  try {
    showDifference();
  } catch (error) {
    difference = error instanceof Error ? error.message : String(error);
  }
  throw new Error(`${text}\nwith ${JSON.stringify(variables)}, resolved ${pace}: ${difference}`);
}

test('stock leaves out what fragments in a fragment on a wider type select, of an object whose type it did not fetch', async () => {
  const graph = SMALL_GRAPHS.find(({ title }) => title === 'what clients may not see')!;
  const { ours, stock, schema } = await twoGateways(graph, 'salt', executeAsService);
  const operation = {
    text: '{ file(id: "text 4") { ... on Entry { name ... on File { bytes } } } }',
    variables: {},
  };
  const whole = { data: { file: { name: 'text 3', bytes: 10 } } };
  // https://spec.graphql.org/October2021/#DoesFragmentTypeApply(): what counts is the object's type.
  expect(await ours(operation, 'at-once')).toEqual(whole);
  expect(await stock(plainerOperation(schema, operation), 'at-once')).toEqual(whole);
  // When this fails, the difference need not be allowed any more.
  expect(await stock(operation, 'at-once')).toEqual({ data: { file: { name: 'text 3' } } });
});

test('errors beside one that has made the field above them null may be reported or not', () => {
  const first = '{"message":"first","path":["booking","history"]}';
  const second = '{"message":"second","path":["booking","replaces","id"]}';
  const answer = (...errors: string[]) => ({ data: { booking: null }, errors, extensions: undefined });
  expect(isSameAnswer(answer(first), answer(second, first))).toBe(true);
  expect(isSameAnswer(answer(), answer(first))).toBe(false);
  expect(isSameAnswer(answer(first), answer(second))).toBe(false);
  const elsewhere = '{"message":"third","path":["practice"]}';
  const withPractice = (...errors: string[]) => ({
    data: { booking: null, practice: null },
    errors,
    extensions: undefined,
  });
  expect(isSameAnswer(withPractice(first), withPractice(first, elsewhere))).toBe(false);
});
