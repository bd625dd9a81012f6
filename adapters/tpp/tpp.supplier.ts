import type { Supplier } from '../supplier';
import { tpp as create } from './tpp';
import { manifest } from './tpp.manifest';

export const tpp = {
  manifest,
  create,
  simulator: async (options) => (await import('./simulator.js')).tppSimulator(options),
  simulatorPort: 4102,
} satisfies Supplier<'tpp'>;
