import type { Supplier } from '../supplier';
import { bars as create } from './bars';
import { manifest } from './bars.manifest';
import { barsSimulator as simulator } from './simulator';

export const bars = { manifest, create, simulator, simulatorPort: 4104 } satisfies Supplier<'bars'>;
