/**
 * An adapter with one mistake in it, made by changing its source while it is bundled: the sources know nothing of it. A
 * suite that no mistake makes fail proves nothing.
 */
export interface Mutant {
  id: string;
  /** The adapter's mistake. */
  title: string;
  /** The requirement that it breaks most plainly; it may break others. */
  caughtBy: string;
  /** Under `adapters/`. */
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}
