import type { Supplier } from '../supplier';
import { meridian as create } from './meridian';
import { manifest } from './meridian.manifest';

/** An invented supplier: the adapter kit's example of what is awkward. No such product exists. */
export const meridian = {
  manifest,
  create,
  simulator: async (options) => (await import('./simulator.js')).meridianSimulator(options),
  simulatorPort: 4105,
} satisfies Supplier<'meridian'>;
