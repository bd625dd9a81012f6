import type { Supplier } from '../supplier';
import { bars as create } from './bars';
import { manifest } from './bars.manifest';

export const bars = {
  manifest,
  create,
  simulator: async (options) => (await import('./simulator.js')).barsSimulator(options),
  simulatorPort: 4104,
} satisfies Supplier<'bars'>;
