import { supplierIds, supplierNamed } from '../registry';
import type { Result } from './certificate';
import { requirements } from './requirements';
import { runConformance } from './run-conformance';

/** The same suite that `npm run adapter:conform` runs, on every registered adapter. */
describe.each([...supplierIds])('%s as a GP system', (id) => {
  let results: ReadonlyMap<string, Result>;
  beforeAll(async () => {
    results = new Map((await runConformance(id, { seed: 1 })).map((result) => [result.id, result]));
  }, 120_000);

  test.each(requirements.map((requirement) => ({ requirement })))(
    '$requirement.level $requirement.title',
    ({ requirement }) => {
      const result = results.get(requirement.id);
      if (result?.outcome === 'FAILED') throw new Error(result.reason ?? 'It failed.');
      expect(result?.outcome).toMatch(/^(PASSED|NOT_APPLICABLE|BYPASSED)$/);
      if (result?.outcome !== 'PASSED') expect(result?.reason).toMatch(/\w{3}/);
    },
  );

  it('bypasses nothing that the suite does not know', () => {
    const known = requirements.map((requirement) => requirement.id);
    const bypassed = (supplierNamed(id).manifest.bypass ?? []).map(({ requirement }) => requirement);
    expect(bypassed.filter((one) => !known.includes(one))).toEqual([]);
  });
});

test('every requirement has an id of its own', () => {
  expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
});
