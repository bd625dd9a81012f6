import type { SupplierId } from '../../registry';
import { barsMutants } from './bars-mutants';
import { emisMutants } from './emis-mutants';
import { gpConnectMutants } from './gp-connect-mutants';
import { kitMutants } from './kit';
import { meridianMutants } from './meridian-mutants';
import type { Mutant } from './mutant';
import { tppMutants } from './tpp-mutants';

export interface MutantOf extends Mutant {
  supplier: SupplierId;
  /** Names the mistake and the adapter, for people. */
  name: string;
}

const of = (supplier: SupplierId, mutants: readonly Mutant[], where: string = supplier): MutantOf[] =>
  mutants.map((mutant) => ({ ...mutant, supplier, name: `${where}: ${mutant.id}` }));

export const allMutants: readonly MutantOf[] = [
  ...of('emis', emisMutants),
  ...of('tpp', tppMutants),
  ...of('gp-connect', gpConnectMutants),
  ...of('bars', barsMutants),
  ...of('meridian', meridianMutants),
  ...of('gp-connect', kitMutants, 'kit'),
];
