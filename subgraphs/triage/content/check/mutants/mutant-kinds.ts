import type { SeededRandom } from '../../../../../domain/seeded-random';
import type { ContentMutant, Files, MutantKind } from './content-mutant';
import { OPTION_MUTANTS } from './option-mutants';
import { PATHWAY_MUTANTS } from './pathway-mutants';
import { SHARED_FILE_MUTANTS } from './shared-file-mutants';
import { SIGN_MUTANTS } from './sign-mutants';

export const MUTANT_KINDS: readonly MutantKind[] = [
  ...OPTION_MUTANTS,
  ...PATHWAY_MUTANTS,
  ...SHARED_FILE_MUTANTS,
  ...SIGN_MUTANTS,
];

/** One of each kind, or all that there are. */
export function contentMutants(
  files: Files,
  random: SeededRandom,
  which: 'one of each' | 'all',
): ContentMutant[] {
  return MUTANT_KINDS.flatMap(({ places }) => {
    const all = places(files);
    const one = all[random.below(all.length)];
    return which === 'all' ? all : one === undefined ? [] : [one];
  });
}
