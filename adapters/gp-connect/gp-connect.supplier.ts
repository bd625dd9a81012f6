import type { Supplier } from '../supplier';
import { gpConnect as create } from './gp-connect';
import { manifest } from './gp-connect.manifest';
import { gpConnectSimulator as simulator } from './simulator';

export const gpConnect = {
  manifest,
  create,
  simulator,
  simulatorPort: 4103,
} satisfies Supplier<'gp-connect'>;
