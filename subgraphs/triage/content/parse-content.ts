import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { DispositionsFile, EmergencyScreenFile, PathwayFile, SourcesFile, TextsFile } from './content-files';

const PATHWAYS = 'pathways/';
const SHARED = ['dispositions.yaml', 'emergency-screen.yaml', 'sources.yaml', 'texts.yaml'] as const;

/** Content as written, each file well-formed in itself. */
export interface ParsedContent {
  dispositions: DispositionsFile;
  emergency: EmergencyScreenFile;
  sources: SourcesFile;
  texts: TextsFile;
  /** By file name. */
  pathways: ReadonlyMap<string, { hash: string; pathway: PathwayFile }>;
}

/** Thrown with one line for each thing that is wrong: file, path within it, and what to mend. */
export function contentError(problems: readonly string[]): Error {
  return new Error(`The triage content cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`);
}

/**
 * Reads the shape of every file.
 * @param files text by file name, as `readContentFiles` gives it.
 * @throws Error naming every file and path that is malformed.
 */
export function parseContent(files: ReadonlyMap<string, string>): ParsedContent {
  const problems: string[] = [];
  const read = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    const result = parseFile(name, files.get(name), schema);
    if (result.ok) return result.value;
    problems.push(...result.problems);
    return undefined;
  };
  const dispositions = read('dispositions.yaml', DispositionsFile);
  const emergency = read('emergency-screen.yaml', EmergencyScreenFile);
  const sources = read('sources.yaml', SourcesFile);
  const texts = read('texts.yaml', TextsFile);
  const pathways = new Map<string, { hash: string; pathway: PathwayFile }>();
  for (const name of files.keys()) {
    if (!name.startsWith(PATHWAYS)) continue;
    const pathway = read(name, PathwayFile);
    if (pathway) pathways.set(name, { pathway, hash: hashOf(files, [...SHARED, name]) });
  }
  if (!dispositions || !emergency || !sources || !texts || problems.length > 0) throw contentError(problems);
  return { dispositions, emergency, sources, texts, pathways };
}

function parseFile<T>(
  name: string,
  text: string | undefined,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; problems: string[] } {
  if (text === undefined) return { ok: false, problems: [`${name}: the file is missing.`] };
  const document = parseDocument(text);
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map((error) => `${name}: ${error.message}`) };
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => `${[name, ...pathOf(issue)].join(': ')}: ${issue.message}`),
  };
}

/** Empty for a fault of the file as a whole. */
function pathOf({ path }: z.core.$ZodIssue): string[] {
  return path.length === 0 ? [] : [path.join('.')];
}

function hashOf(files: ReadonlyMap<string, string>, names: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\0${files.get(name) ?? ''}\0`);
  return hash.digest('hex');
}
