import type { Supplier } from '../supplier';
import { tpp as create } from './tpp';
import { manifest } from './tpp.manifest';
import { tppSimulator as simulator } from './simulator';

export const tpp = { manifest, create, simulator, simulatorPort: 4102 } satisfies Supplier<'tpp'>;
