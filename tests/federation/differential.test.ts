import fc from 'fast-check';
import { generatedOperation } from './generated-operation';
import { OWN_GRAPH, SMALL_GRAPHS } from './graphs';
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
            // Shows where they differ.
            if (!isSameAnswer(ours, stock)) expect({ operation, ...ours }).toEqual({ operation, ...stock });
          }),
          { numRuns: RUNS },
        );
      },
      60_000 + RUNS * 1_000,
    );
  });
});
