import { posix } from 'node:path';

/** The text of each file of a repository, by its path from the root. */
export type RepositoryFiles = ReadonlyMap<string, string>;

/** Answers what exists in a repository. Paths are relative to its root, with slashes. */
export interface Repository {
  /** True for a file and for a folder. */
  exists: (path: string) => boolean;
  /** True where a file or folder anywhere has this name. */
  existsAnywhere: (name: string) => boolean;
  isFolder: (path: string) => boolean;
  /** True where a file or folder begins like this: `docs/decisions/0012`. */
  hasPrefix: (prefix: string) => boolean;
}

export function repositoryOf(files: RepositoryFiles): Repository {
  const folders = new Set([...files.keys()].flatMap(foldersAbove));
  const names = new Set([...files.keys(), ...folders].map((path) => posix.basename(path)));
  return {
    exists: (path) => files.has(path) || folders.has(path),
    existsAnywhere: (name) => names.has(name),
    isFolder: (path) => folders.has(path),
    hasPrefix: (prefix) => [...files.keys()].some((path) => path.startsWith(prefix)),
  };
}

/** The root is `.`, as `path.join` writes it. */
function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [folder] : [folder, ...foldersAbove(folder)];
}
