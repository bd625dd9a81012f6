import type { RowReading } from './csv-rows';

/** Rows that were left out for one reason. */
export interface LeftOut {
  kind: 'skipped' | 'refused';
  file: ImportedFile;
  reason: string;
  count: number;
  /** Places as `<file>:12`: all refused rows, up to ten thousand; the first few that were skipped on purpose. */
  at: string[];
}

export type ImportedFile = 'practices' | 'postcodes' | 'outcodes' | 'connections' | 'opening-hours';

const MAX_LINES = { refused: 10_000, skipped: 5 };

export interface ImportTally {
  /** Counts a row that was left out; passes on the values of the others. */
  values<Value>(file: ImportedFile, readings: AsyncIterable<RowReading<Value>>): AsyncGenerator<Value>;
  leftOut(): LeftOut[];
}

export function importTally(): ImportTally {
  const reasons = new Map<string, LeftOut>();

  const count = (
    file: ImportedFile,
    { kind, reason, at }: Exclude<RowReading<unknown>, { kind: 'read' }>,
  ) => {
    const key = `${file} ${kind} ${reason}`;
    const entry = reasons.get(key) ?? { kind, file, reason, count: 0, at: [] };
    entry.count += 1;
    if (entry.at.length < MAX_LINES[kind]) entry.at.push(at);
    reasons.set(key, entry);
  };

  return {
    async *values(file, readings) {
      for await (const reading of readings)
        if (reading.kind === 'read') yield reading.value;
        else count(file, reading);
    },
    leftOut: () => [...reasons.values()].sort((a, b) => b.count - a.count),
  };
}
