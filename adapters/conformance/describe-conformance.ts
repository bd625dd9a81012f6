import { type SupplierId, supplierNamed } from '../registry';
import { requirements } from './requirements';
import { runConformance } from './run-conformance';

/** Longer than the suite itself waits for what hangs. */
const LIMIT_MS = 120_000;

/** The suite of `npm run adapter:conform` on one adapter, as tests. */
export function describeConformance(id: SupplierId): void {
  describe(`${id} as a GP system`, () => {
    test.each(requirements.map((requirement) => ({ requirement })))(
      '$requirement.level $requirement.title',
      async ({ requirement }) => {
        const [result] = await runConformance(id, { seed: 1, only: [requirement.id] });
        if (result?.outcome === 'FAILED') throw new Error(result.reason ?? 'It failed.');
        expect(result?.outcome).toMatch(/^(PASSED|NOT_APPLICABLE|BYPASSED)$/);
        if (result?.outcome !== 'PASSED') expect(result?.reason).toMatch(/\w{3}/);
      },
      LIMIT_MS,
    );

    it('bypasses nothing that the suite does not know', () => {
      const known = requirements.map((requirement) => requirement.id);
      const bypassed = (supplierNamed(id).manifest.bypass ?? []).map(({ requirement }) => requirement);
      expect(bypassed.filter((one) => !known.includes(one))).toEqual([]);
    });
  });
}
