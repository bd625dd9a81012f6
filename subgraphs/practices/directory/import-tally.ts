import { UNFINISHED, WRONG_WIDTH, type RowReading } from './csv-rows';

/** Rows that were left out for one reason, or read with a doubt. */
export interface LeftOut {
  kind: 'skipped' | 'refused' | 'doubtful';
  file: ImportedFile;
  reason: string;
  count: number;
  /** Places as `<file>:12`: all refused and doubtful rows, up to ten thousand; the first few skipped on purpose. */
  at: string[];
}

export type ImportedFile =
  'practices' | 'postcodes' | 'outcodes' | 'connections' | 'opening-hours' | 'accessibility';

const MAX_LINES = { refused: 10_000, doubtful: 10_000, skipped: 5 };

export interface ImportTally {
  /** Counts rows while they are read. */
  readings<Reading extends RowReading<unknown>>(
    file: ImportedFile,
    readings: AsyncIterable<Reading>,
  ): AsyncGenerator<Reading>;
  /** Counts likewise, and passes on the values alone. */
  values<Value>(file: ImportedFile, readings: AsyncIterable<RowReading<Value>>): AsyncGenerator<Value>;
  leftOut(): LeftOut[];
  /** Rows that were read, and refused. */
  rows(): ReadonlyMap<ImportedFile, { read: number; refused: number }>;
  /** Practices of which a row of this file was refused. */
  practicesRefused(file: ImportedFile): string[];
  /** Names of files that end inside a row. */
  cutFiles(): string[];
}

export function importTally(): ImportTally {
  const reasons = new Map<string, LeftOut>();
  const rows = new Map<ImportedFile, { read: number; refused: number }>();
  const practices = new Map<ImportedFile, Set<string>>();
  const endsInside = new Map<string, boolean>();

  const note = (file: ImportedFile, kind: LeftOut['kind'], reason: string, at: string) => {
    const key = `${file} ${kind} ${reason}`;
    const entry = reasons.get(key) ?? { kind, file, reason, count: 0, at: [] };
    entry.count += 1;
    if (entry.at.length < MAX_LINES[kind]) entry.at.push(at);
    reasons.set(key, entry);
  };

  const count = (file: ImportedFile, reading: RowReading<unknown>) => {
    const counted = rows.get(file) ?? { read: 0, refused: 0 };
    const { kind, at } = reading;
    if (kind === 'read') counted.read += 1;
    else if (kind === 'refused') counted.refused += 1;
    rows.set(file, counted);
    if (kind === 'read' && reading.doubt !== undefined) note(file, 'doubtful', reading.doubt, at);
    if (kind !== 'read') note(file, kind, reading.reason, at);
    if (kind === 'refused' && reading.odsCode !== undefined)
      practices.set(file, (practices.get(file) ?? new Set()).add(reading.odsCode));
    endsInside.set(fileOf(at), kind === 'refused' && isOfLastRow(reading.reason));
  };

  async function* readings<Reading extends RowReading<unknown>>(
    file: ImportedFile,
    all: AsyncIterable<Reading>,
  ): AsyncGenerator<Reading> {
    for await (const reading of all) {
      count(file, reading);
      yield reading;
    }
  }

  return {
    readings,
    async *values(file, all) {
      for await (const reading of readings(file, all)) if (reading.kind === 'read') yield reading.value;
    },
    leftOut: () => [...reasons.values()].sort((a, b) => b.count - a.count),
    rows: () => rows,
    practicesRefused: (file) => [...(practices.get(file) ?? [])],
    cutFiles: () => [...endsInside].flatMap(([name, isCut]) => (isCut ? [name] : [])),
  };
}

function isOfLastRow(reason: string): boolean {
  return reason === WRONG_WIDTH || reason === UNFINISHED;
}

/** @param at `<file>:12` */
export function fileOf(at: string): string {
  return at.slice(0, at.lastIndexOf(':'));
}
