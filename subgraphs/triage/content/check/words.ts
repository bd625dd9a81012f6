import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { parse } from 'yaml';
import type { ContentPath } from './finding';

/** One value of a content file, and where it stands: `questions.fever.options.yes.outcome`, `gp-6h`. */
export interface WordLine {
  place: string;
  says: string;
  /** Path within the file; none in what was accepted. */
  path?: ContentPath;
}

/**
 * Everything that a content file says, in its order; comments and the version are no part of it. Items of a list are placed by
 * their id, or by their name, else by their position; of a list of plain values each has a line of the same place.
 */
export type Words = readonly WordLine[];

/** Words by content file. */
export type WordsByFile = ReadonlyMap<string, Words>;

/** A content file as the proof sees it. */
export interface SpokenFile {
  words: Words;
  /** Null where it has none. */
  version: string | null;
}

const MAX_FILES = 200;
const readFiles = new LRUCache<string, SpokenFile>({ max: MAX_FILES });

/** Reads any YAML: a file is part of the proof by being a content file, whatever its shape. */
export function spokenFile(yaml: string): SpokenFile {
  const found = readFiles.get(yaml);
  if (found !== undefined) return found;
  const content = parsed(yaml);
  const version = isRecord(content) && typeof content.version === 'string' ? content.version : null;
  const words = linesOf('', [], content).filter(({ place }) => place !== 'version');
  readFiles.set(yaml, { words, version });
  return { words, version };
}

const HEADER =
  'Everything that this file says. Written by npm run triage:check -- --accept; for people to read.';

/** One line for each value, for people to read and to compare. */
export function wordsText(file: string, words: Words): string {
  return [`# ${file}: ${HEADER}`, ...words.map(({ place, says }) => `${place}: ${says}`), ''].join('\n');
}

export function readWords(text: string): Words {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf(': ');
      return { place: line.slice(0, at), says: line.slice(at + 2) };
    });
}

/** SHA-256 in hex. */
export function wordsDigest(words: Words): string {
  return createHash('sha256').update(wordsText('', words)).digest('hex');
}

/** Finds the value at a place; undefined where there is none, or several. */
export function saidAt(words: Words | undefined, place: string): string | undefined {
  const found = (words ?? []).filter((line) => line.place === place);
  return found.length === 1 ? found[0]?.says : undefined;
}

/** Takes text that is no YAML as it stands. */
function parsed(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch {
    return { text: yaml };
  }
}

function linesOf(place: string, path: ContentPath, content: unknown): WordLine[] {
  const within = (key: string): string => (place === '' ? key : `${place}.${key}`);
  if (Array.isArray(content)) {
    if (content.length === 0) return [{ place, says: '(none)', path }];
    return content.flatMap((item: unknown, index) =>
      isRecord(item) || Array.isArray(item)
        ? linesOf(within(keyOf(item, index)), [...path, index], item)
        : [{ place, says: valueText(item), path: [...path, index] }],
    );
  }
  if (isRecord(content)) {
    const entries = Object.entries(content);
    if (entries.length === 0) return [{ place, says: '(none)', path }];
    return entries.flatMap(([key, value]) => linesOf(within(key), [...path, key], value));
  }
  return [{ place, says: valueText(content), path }];
}

function keyOf(item: unknown, index: number): string {
  if (!isRecord(item)) return String(index);
  const key = item.id ?? item.name;
  return typeof key === 'string' ? key.replaceAll(/\s+/g, ' ') : String(index);
}

/** A text that could be taken for another kind of value stands in quotes. */
function valueText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value ?? null);
  const isPlain =
    /^[^"\s(][^\n]*$/.test(value) && !/\s$/.test(value) && !/^(-?\d[\d.e+-]*|true|false|null)$/.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
