import type { Supplier } from '../supplier';
import { emis as create } from './emis';
import { manifest } from './emis.manifest';
import { emisSimulator as simulator } from './simulator';

export const emis = { manifest, create, simulator, simulatorPort: 4101 } satisfies Supplier<'emis'>;
