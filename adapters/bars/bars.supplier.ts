import { createPrivateKey } from 'node:crypto';
import type { AdapterOptions, Supplier } from '../supplier';
import { bars as adapter } from './bars';
import { manifest } from './bars.manifest';

export const bars = {
  manifest,
  create: (options) => adapter({ ...options, ...credentialsIn(options) }),
  simulator: async (options) => (await import('./simulator.js')).barsSimulator(options),
  simulatorPort: 4104,
} satisfies Supplier<'bars'>;

/** Without all three the adapter makes a key of its own, which only the simulated platform takes. */
function credentialsIn({ settings }: AdapterOptions) {
  const { APPLICATION_ID: applicationId, KEY_ID: keyId, PRIVATE_KEY: key } = settings;
  if (applicationId === undefined || keyId === undefined || key === undefined) return {};
  return { credentials: { applicationId, keyId, privateKey: createPrivateKey(key) } };
}
