/** The package's own types declare another module's name. */
declare module '@mixmark-io/domino' {
  export function createDocument(html: string): object;
}
