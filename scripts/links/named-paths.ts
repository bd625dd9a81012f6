import { posix } from 'node:path';
import type { Repository } from './repository';

const FILE_NAME = /^[\w.@/-]*\w\.(ts|tsx|mjs|cjs|md|yaml|yml|json|graphql|sh|html|css|csv|tsv|svg|png)$/;
/** Folders that a build, an installation or a running service makes; they need not be there. */
const GENERATED = /^(dist|data|node_modules|coverage)(\/|$)/;
const PLACEHOLDER = /[<>…*{}$~@\\:]/;
const LINE_NUMBER = /:\d+$/;

/** Returns the paths and names of files and folders in a text that do not exist. */
export function missingPaths(text: string, from: string, repository: Repository): string[] {
  const folders = [posix.dirname(from), '.'];
  return wordsOf(text).filter(
    (word) => isPath(word, folders, repository) && !resolves(word, folders, repository),
  );
}

function wordsOf(text: string): string[] {
  return text
    .replaceAll(/\w+:\/\/\S+/g, ' ')
    .split(/[\s"'`()[\],;|=]+/)
    .map((word) => word.replace(/[.:!?]+$/, '').replace(LINE_NUMBER, ''))
    .filter((word) => !PLACEHOLDER.test(word));
}

function isPath(word: string, folders: readonly string[], repository: Repository): boolean {
  if (GENERATED.test(word) || word.startsWith('/')) return false;
  if (FILE_NAME.test(word) || /^\.\.?\//.test(word) || /^[a-z].*\/$/.test(word)) return true;
  const [first = '', ...rest] = word.split('/');
  return rest.length > 0 && folders.some((folder) => repository.isFolder(posix.join(folder, first)));
}

/** A bare name may be anywhere; a path starts at the root or in the folder of the file that names it. */
function resolves(word: string, folders: readonly string[], repository: Repository): boolean {
  const path = word.replace(/\/$/, '');
  if (!path.includes('/') && repository.existsAnywhere(path)) return true;
  return folders.some((folder) => isThere(posix.join(folder, path), repository));
}

/** A module may be named without its extension, a decision by its number: `docs/decisions/0012`. */
function isThere(path: string, repository: Repository): boolean {
  return (
    ['', '.ts', '.test.ts'].some((extension) => repository.exists(path + extension)) ||
    (/\/\d{4}$/.test(path) && repository.hasPrefix(`${path}-`))
  );
}
