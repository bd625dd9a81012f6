import type { Supplier } from '../supplier';
import { gpConnect as create } from './gp-connect';
import { manifest } from './gp-connect.manifest';

export const gpConnect = {
  manifest,
  create,
  simulator: async (options) => (await import('./simulator.js')).gpConnectSimulator(options),
  simulatorPort: 4103,
} satisfies Supplier<'gp-connect'>;
