/** Rows per transaction: below both databases' limit on parameters, and short enough not to keep others waiting. */
export const IMPORT_BATCH = 2_000;

/** Gathers a stream into arrays of at most `size`; never an empty one. */
export async function* inBatches<Value>(values: AsyncIterable<Value>, size: number): AsyncGenerator<Value[]> {
  let batch: Value[] = [];
  for await (const value of values) {
    batch.push(value);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
