import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** A change of one source text while it is bundled, so that the product needs no switch for it. */
export interface SourcePatch {
  /** From the repository's root. */
  file: string;
  /** Occurs exactly once in the file: a patch that fits no more fails the run, so that none rots. */
  find: string;
  replace: string;
}

/** @throws Error naming the patch whose text does not occur exactly once. */
export function patched(source: string, patches: readonly SourcePatch[]): string {
  return patches.reduce((text, { file, find, replace }) => {
    const found = text.split(find).length - 1;
    if (found !== 1)
      throw new Error(
        `A patch for ${file} fits ${found} times, not once: bring it up to date. It looks for: ${find}`,
      );
    return text.replace(find, () => replace);
  }, source);
}

/** Applies the patches; every one of them has to be met. */
export function patching(root: string, patches: readonly SourcePatch[]): Plugin {
  return {
    name: 'source-patches',
    setup(build) {
      const left = new Set(patches.map(({ file }) => file));
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path);
        const here = patches.filter((patch) => patch.file === file);
        if (here.length === 0) return undefined;
        left.delete(file);
        return { contents: patched(readFileSync(path, 'utf8'), here), loader: 'ts' };
      });
      build.onEnd(() => {
        const [missing] = left;
        if (missing !== undefined) throw new Error(`${missing} is patched, but is not part of the service.`);
      });
      build.initialOptions.absWorkingDir = join(root);
    },
  };
}
