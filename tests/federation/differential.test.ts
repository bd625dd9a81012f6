import fc from 'fast-check';
import { generatedOperation } from './generated-operation';
import { OWN_GRAPH, SMALL_GRAPHS } from './graphs';
import { plainerOperation } from './plainer-operation';
import { isSameAnswer } from './same-answer';
import { executeAsService, twoGateways, type TwoGateways } from './two-gateways';

/** A short run for every day; `npm run differential` makes a long one. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 12);

const PACES = ['at-once', 'later'] as const;

describe.each([OWN_GRAPH, ...SMALL_GRAPHS])('over $title', (graph) => {
  describe.each(PACES)('resolved %s', (pace) => {
    const { longest = Infinity } = graph;
    let gateways: TwoGateways;
    beforeAll(async () => {
      gateways = await twoGateways(graph, 'salt', pace, executeAsService);
    });

    it(
      'the answers to generated operations are those of the stock gateway',
      async () => {
        await fc.assert(
          fc.asyncProperty(fc.gen(), async (gen) => {
            const operation = generatedOperation(gateways.schema, gen);
            fc.pre(operation.text.length <= longest && gateways.isValid(operation.text));
            const [ours, stock] = [await gateways.ours(operation), await gateways.stock(operation)];
            if (isSameAnswer(ours, stock)) return;
            // See below. Where the fragments are not needed, stock does not leave out anything either.
            const plainer = await gateways.stock(plainerOperation(gateways.schema, operation));
            // Shows where they differ.
            if (!isSameAnswer(ours, plainer)) expect({ operation, ...ours }).toEqual({ operation, ...stock });
          }),
          // Shrinking asks both gateways hundreds of times.
          { numRuns: RUNS, interruptAfterTimeLimit: RUNS * 1_000 + 30_000, markInterruptAsFailure: true },
        );
      },
      60_000 + RUNS * 1_000,
    );
  });
});

test('stock leaves out what fragments in a fragment on a wider type select, of an object whose type it did not fetch', async () => {
  const graph = SMALL_GRAPHS.find(({ title }) => title === 'what clients may not see')!;
  const { ours, stock, schema } = await twoGateways(graph, 'salt', 'at-once', executeAsService);
  const operation = {
    text: '{ file(id: "text 4") { ... on Entry { name ... on File { bytes } } } }',
    variables: {},
  };
  const whole = { data: { file: { name: 'text 3', bytes: 10 } } };
  // https://spec.graphql.org/October2021/#DoesFragmentTypeApply(): what counts is the object's type.
  expect(await ours(operation)).toEqual(whole);
  expect(await stock(plainerOperation(schema, operation))).toEqual(whole);
  // When this fails, the difference need not be allowed any more.
  expect(await stock(operation)).toEqual({ data: { file: { name: 'text 3' } } });
});
