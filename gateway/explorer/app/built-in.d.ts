import type { SavedOperation } from './saved-operation';

declare global {
  /** What scripts/build-explorer.mjs knows and puts in when it bundles. */
  const SAVED_OPERATIONS: readonly SavedOperation[];
  /** File names beside index.html, by the label that Monaco asks for. */
  const MONACO_WORKERS: Readonly<Record<'editor' | 'json' | 'graphql', string>>;
}
