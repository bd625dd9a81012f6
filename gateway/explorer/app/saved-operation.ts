/** One document of schema/operations with the variables that examples.json has for it. */
export interface SavedOperation {
  name: string;
  /** The comment on the document's first line. */
  title: string;
  /** The comment below it: what has to be put in before the operation runs; empty when it runs as it is. */
  needs: string;
  document: string;
  /** JSON, empty when the operation takes none. */
  variables: string;
}
