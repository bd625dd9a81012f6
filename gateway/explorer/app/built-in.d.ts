import type { SavedOperation } from './saved-operation';

declare global {
  /** Constant that scripts/build-explorer.mjs puts in when it bundles. */
  const SAVED_OPERATIONS: readonly SavedOperation[];
  /** File names beside index.html, by the label that Monaco asks for. */
  const MONACO_WORKERS: Readonly<Record<'editor' | 'json' | 'graphql', string>>;
}
