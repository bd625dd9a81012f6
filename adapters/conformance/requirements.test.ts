import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { supplierIds } from '../registry';
import { requirements } from './requirements';

test('every requirement has an id of its own', () => {
  expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
});

test('every supplier has the suite among its tests', () => {
  const without = supplierIds.filter((id) => !existsSync(join(__dirname, '..', id, 'conformance.test.ts')));
  expect(without).toEqual([]);
});
