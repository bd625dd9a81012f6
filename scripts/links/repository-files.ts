import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { RepositoryFiles } from './repository';

/** Folders that are not part of the repository: see `.gitignore`. */
const IGNORED = new Set(['.git', 'node_modules', 'dist', 'data', 'coverage']);

export function readRepositoryFiles(root: string): RepositoryFiles {
  return new Map(
    filesIn(root, '').map((path) => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')]),
  );
}

function filesIn(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !IGNORED.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(root, path) : [path];
    });
}
