/** An object of an answer, as subgraphs send it and clients get it. */
export type Data = Record<string, unknown>;

/** True for JSON objects, false for lists. */
export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
