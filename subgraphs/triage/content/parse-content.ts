import { createHash } from 'node:crypto';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { SIGNATURES_FILE } from './signatures';
import { failure, findingLine, type Finding, type ContentPath } from './check/finding';
import {
  CasesFile,
  DispositionsFile,
  EmergencyScreenFile,
  FactsFile,
  PathwayFile,
  SharedSignsFile,
  SourcesFile,
  TextsFile,
  WaiversFile,
} from './content-files';
import { LanguagesFile, OwnWordsFile } from './own-words-files';

const PATHWAYS = 'pathways/';
/** Every pathway's behaviour and wording rest on these too. */
const SHARED = [
  'dispositions.yaml',
  'emergency-screen.yaml',
  'facts.yaml',
  'sources.yaml',
  'texts.yaml',
] as const;

/** Decide what is found for people's own words, and nothing in a pathway. */
const OWN_WORDS = ['own-words.yaml', 'languages.yaml'] as const;

/** Content as written, each file well-formed in itself. */
export interface ParsedContent {
  dispositions: DispositionsFile;
  emergency: EmergencyScreenFile;
  facts: FactsFile;
  sources: SourcesFile;
  texts: TextsFile;
  waivers: WaiversFile;
  /** Checked alone, never asked: null in a kept edition. */
  signs: SharedSignsFile | null;
  cases: CasesFile;
  /** Say how people's own words are understood; null in a kept edition, which nobody searches. */
  words: { ownWords: OwnWordsFile; languages: LanguagesFile } | null;
  /** Pathway files by file name. */
  pathways: ReadonlyMap<string, PathwayFile>;
}

export type Parsed =
  { ok: true; content: ParsedContent; lines: LineOf } | { ok: false; findings: Finding[]; lines: LineOf };

/** The line, from 1, on which something stands in its file. */
export type LineOf = (file: string, path: ContentPath) => number | undefined;

/** Makes an error with one line for each finding: file, line, path within it, and the remedy. */
export function contentError(findings: readonly Finding[], lines: LineOf): Error {
  const messages = findings.map((finding) => `  ${findingLine(finding, lines(finding.file, finding.path))}`);
  return new Error(`The triage content cannot be used:\n${messages.join('\n')}`);
}

/**
 * Reads the shape of every file (rule 1).
 * @param files text by file name, as `readContentFiles` gives it.
 * @param readYaml for whoever reads the same files again and again.
 */
export function parseContent(files: ReadonlyMap<string, string>, readYaml = yamlFile): Parsed {
  const findings: Finding[] = [];
  const read = new Map<string, YamlFile>();
  const lines: LineOf = (file, path) => {
    const text = files.get(file);
    // A file that nothing reads here is in the proof all the same.
    return (read.get(file) ?? (text === undefined ? undefined : readYaml(text)))?.line(path);
  };
  const parse = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    const yaml = files.get(name);
    if (yaml === undefined) {
      findings.push(failure(1, name, [], 'The file is missing.'));
      return undefined;
    }
    const file = readYaml(yaml);
    read.set(name, file);
    const result = parseFile(name, file, schema);
    if (result.ok) return result.value;
    findings.push(...result.findings);
    return undefined;
  };
  const dispositions = parse('dispositions.yaml', DispositionsFile);
  const emergency = parse('emergency-screen.yaml', EmergencyScreenFile);
  const facts = parse('facts.yaml', FactsFile);
  const sources = parse('sources.yaml', SourcesFile);
  const texts = parse('texts.yaml', TextsFile);
  // A kept edition of a single pathway has none.
  const waivers = files.has('waivers.yaml') ? parse('waivers.yaml', WaiversFile) : [];
  const signs = files.has('shared-signs.yaml') ? parse('shared-signs.yaml', SharedSignsFile) : null;
  const cases = files.has('vignettes.yaml') ? parse('vignettes.yaml', CasesFile) : [];
  const words = parseWords(files, parse);
  const pathways = new Map<string, PathwayFile>();
  for (const name of files.keys()) {
    if (!name.startsWith(PATHWAYS)) continue;
    const pathway = parse(name, PathwayFile);
    if (pathway) pathways.set(name, pathway);
  }
  if (
    !dispositions ||
    !emergency ||
    !facts ||
    !sources ||
    !texts ||
    !waivers ||
    !cases ||
    signs === undefined ||
    findings.length > 0
  )
    return { ok: false, findings, lines };
  return {
    ok: true,
    lines,
    content: { dispositions, emergency, facts, sources, texts, waivers, signs, cases, words, pathways },
  };
}

type Parse = <T>(name: string, schema: z.ZodType<T>) => T | undefined;

/** Content of today has both files or it is not used; the checker says so. */
function parseWords(files: ReadonlyMap<string, string>, parse: Parse): ParsedContent['words'] {
  if (!OWN_WORDS.some((name) => files.has(name))) return null;
  const ownWords = parse('own-words.yaml', OwnWordsFile);
  const languages = parse('languages.yaml', LanguagesFile);
  return ownWords && languages ? { ownWords, languages } : null;
}

/**
 * Returns the files that decide a pathway's behaviour and wording: its own, those it leads on to, and the shared
 * ones.
 */
export function filesOf(
  pathway: PathwayFile,
  { pathways }: ParsedContent,
  files: ReadonlyMap<string, string>,
): Map<string, string> {
  const names = new Set<string>();
  const visit = ({ id, questions }: PathwayFile): void => {
    const name = `${PATHWAYS}${id}.yaml`;
    if (names.has(name)) return;
    names.add(name);
    for (const target of Object.values(questions).flatMap(pathwaysLedTo)) {
      const next = pathways.get(`${PATHWAYS}${target}.yaml`);
      if (next) visit(next);
    }
  };
  visit(pathway);
  const signatures = files.has(SIGNATURES_FILE) ? [SIGNATURES_FILE] : [];
  return new Map(
    [...SHARED, ...[...names].sort(), ...signatures].map((name) => [name, files.get(name) ?? '']),
  );
}

/** SHA-256 in hex over names and texts. */
export function hashOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  return hash.digest('hex');
}

function pathwaysLedTo(node: PathwayFile['questions'][string]): string[] {
  const exits = node.kind === 'byAge' ? node.bands : node.options;
  const more = node.kind === 'tickAny' ? [node.none, node.unsure ?? {}] : [];
  return [...exits, ...more].flatMap((exit) => ('pathway' in exit ? (exit.pathway ?? []) : []));
}

export interface YamlFile {
  document: Document.Parsed;
  line(path: ContentPath): number | undefined;
}

export function yamlFile(text: string): YamlFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  return {
    document,
    line(path) {
      // What is missing stands on no line: its parent does.
      for (let length = path.length; length >= 0; length--) {
        const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
      }
      return undefined;
    },
  };
}

function parseFile<T>(
  name: string,
  { document }: YamlFile,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; findings: Finding[] } {
  if (document.errors.length > 0)
    return {
      ok: false,
      findings: document.errors.map(({ code, message }) =>
        failure(code === 'DUPLICATE_KEY' ? 2 : 1, name, [], message.split('\n')[0] ?? message),
      ),
    };
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    findings: parsed.error.issues.map((issue) => failure(1, name, keys(issue.path), issueMessage(issue))),
  };
}

/** Describes the last, most specific of the ways in which a union failed. */
function issueMessage(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const inner = issue.errors.flat().filter(({ code }) => code !== 'invalid_type');
  return [
    ...new Set(inner.map((each) => (each.code === 'invalid_union' ? issueMessage(each) : each.message))),
  ]
    .concat(inner.length === 0 ? issue.message : [])
    .join(' ');
}

function keys(path: readonly PropertyKey[]): ContentPath {
  return path.map((key) => (typeof key === 'number' ? key : String(key)));
}
