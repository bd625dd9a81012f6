/** One document of schema/operations with the variables that examples.json has for it. */
export interface SavedOperation {
  name: string;
  /** The comment on the document's first line. */
  title: string;
  /** The comment below it: values to put in before the operation runs; empty when it runs unchanged. */
  needs: string;
  document: string;
  /** JSON, empty when the operation takes none. */
  variables: string;
}
