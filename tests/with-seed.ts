import { seededRandom, type SeededRandom } from '../domain/seeded-random';

/**
 * Runs a test's body with choices that follow from one seed: the same each time, another with `SEED=… npx jest <file>`.
 * @throws what the body throws, with the seed before its message.
 */
export async function withSeed<T>(
  usual: number,
  body: (random: SeededRandom, seed: number) => T | Promise<T>,
): Promise<T> {
  const seed = Number(process.env.SEED ?? usual);
  try {
    return await body(seededRandom(seed), seed);
  } catch (error) {
    if (error instanceof Error) error.message = `With SEED=${seed}: ${error.message}`;
    throw error;
  }
}
