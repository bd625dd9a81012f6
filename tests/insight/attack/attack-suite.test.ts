import { attackSuite, mostByChance, together, utilityOf, weakerRules } from './attack-suite';
import { attackedWorld, worldFacts } from './world';

/** Small enough for every run; `npm run insight:attack` attacks a larger one. */
const SIZE = { seed: 20261130, months: ['2026-01', '2026-02', '2026-03'], perDay: 12 };

describe('attacks on what is published', () => {
  it('say no number exactly more often than guessing', async () => {
    const results = await attackSuite(SIZE, 12);
    for (const result of [...results, ...together(results)]) {
      expect(result.targets).toBeGreaterThan(3);
      expect({ ...result, isAboveChance: result.exact > mostByChance(result) }).toEqual({
        ...result,
        isAboveChance: false,
      });
    }
  }, 240_000);

  it('would succeed against rounding alone, and against noise that each range draws anew', () => {
    const rates = weakerRules({ ...SIZE, months: ['2026-01', '2026-02', '2026-03', '2026-04'] });
    expect(rates['withheld and rounded']).toBeGreaterThan(0.5);
    expect(rates['noise for each range']).toBeGreaterThan(0.5);
  });

  it('learn nothing from asking again', async () => {
    const world = attackedWorld(worldFacts(SIZE));
    const question = {
      by: ['PATHWAY', 'AGE_BAND'],
      period: { grain: 'MONTH', from: '2026-01', to: '2026-01' },
    } as const;
    const first = await world.askAnyhow(question);
    for (let again = 0; again < 5; again++) expect(await world.askAnyhow(question)).toEqual(first);
    expect(await attackedWorld(worldFacts(SIZE)).askAnyhow(question)).toEqual(first);
  });

  it('leave shown numbers useful', async () => {
    const [total] = await utilityOf(SIZE, [['PATHWAY']]);
    expect(total?.meanError).toBeLessThan(4);
  });
});
