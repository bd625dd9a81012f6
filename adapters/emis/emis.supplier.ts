import type { Supplier } from '../supplier';
import { emis as create } from './emis';
import { manifest } from './emis.manifest';

export const emis = {
  manifest,
  create,
  simulator: async (options) => (await import('./simulator.js')).emisSimulator(options),
  simulatorPort: 4101,
} satisfies Supplier<'emis'>;
