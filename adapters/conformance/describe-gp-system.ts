import type { SupplierId } from '../registry';
import { describeBooking } from './booking';
import { describeFaults } from './faults';
import { type Laboratory, laboratory } from './laboratory';
import { describeSearch } from './search';

/**
 * What every adapter promises, tested against its supplier's simulator over real HTTP. The tests bear the same names
 * for every supplier; what a manifest says its supplier cannot do is skipped, and nothing else.
 */
export function describeGpSystem(supplier: SupplierId): void {
  describe(`${supplier} as a GP system`, () => {
    let lab: Laboratory;
    beforeAll(async () => {
      lab = await laboratory(supplier);
    });
    afterAll(() => lab.close());
    const inLab = () => lab;

    describeSearch(inLab);
    describeBooking(inLab);
    describeFaults(inLab);
  });
}
