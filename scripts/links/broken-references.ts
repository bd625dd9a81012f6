import { posix } from 'node:path';
import { z } from 'zod';
import { commentsOf } from './comments';
import { readMarkdown, type MarkdownPage } from './markdown';
import { missingPaths } from './named-paths';
import { lineOf, type Passage } from './passage';
import { repositoryOf, type Repository, type RepositoryFiles } from './repository';

export interface BrokenReference {
  file: string;
  line: number;
  message: string;
}

type Pages = ReadonlyMap<string, MarkdownPage>;
/** The words of a reference, and the fault of it. */
type Fault = readonly [words: string, message: string];

/** `RFC 7519, ` or `OpenID Connect Discovery 1.0, `, also where the line of a comment ends after it. */
const STANDARD_BEFORE = /\b(RFC \d+|\w+ \d+\.\d+),?[\s*]+$/;
const PackageJson = z.object({ scripts: z.record(z.string(), z.string()).default({}) });

/** Returns what Markdown pages and comments refer to that is not there: links, paths, decisions, sections, commands. */
export function brokenReferences(files: RepositoryFiles): BrokenReference[] {
  const repository = repositoryOf(files);
  const commands = commandsOf(files);
  const pages = pagesOf(files);
  return [...files].flatMap(([file, text]) => {
    const page = pages.get(file);
    const passages = page?.passages ?? commentsOf(file, text);
    const faults = passages.flatMap((passage) => faultsIn(passage, file, repository, commands));
    const ofMarkdown =
      page === undefined ? [] : [...deadLinks(page, file, pages, repository), ...cutTables(page)];
    return [...ofMarkdown, ...faults]
      .sort((one, other) => one.line - other.line)
      .map((fault) => ({ file, ...fault }));
  });
}

function pagesOf(files: RepositoryFiles): Pages {
  const markdown = [...files].filter(([file]) => file.endsWith('.md'));
  return new Map(markdown.map(([file, text]) => [file, readMarkdown(text)]));
}

/** The scripts of every package.json of the repository. */
function commandsOf(files: RepositoryFiles): ReadonlySet<string> {
  const packages = [...files].filter(([file]) => posix.basename(file) === 'package.json');
  return new Set(packages.flatMap(([, text]) => Object.keys(PackageJson.parse(JSON.parse(text)).scripts)));
}

function deadLinks({ links }: MarkdownPage, file: string, pages: Pages, repository: Repository) {
  return links.flatMap(({ line, target }) => {
    const message = linkFault(target, file, pages, repository);
    return message === null ? [] : [{ line, message }];
  });
}

/** Null where the target exists, and where it is an address outside the repository. */
function linkFault(target: string, from: string, pages: Pages, repository: Repository): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [path = '', anchor] = decodeURI(target).split('#');
  const file = path === '' ? from : posix.join(posix.dirname(from), path).replace(/\/$/, '');
  if (!repository.exists(file)) return `The link ${target} leads nowhere: there is no ${file}.`;
  if (anchor === undefined || pages.get(file)?.anchors.has(anchor)) return null;
  return `The link ${target} leads nowhere: ${file} has no heading #${anchor}.`;
}

function cutTables({ rowsWithoutHeader }: MarkdownPage) {
  const message = 'This table row has no header above it: an empty line cuts the table in two.';
  return rowsWithoutHeader.map((line) => ({ line, message }));
}

function faultsIn(passage: Passage, file: string, repository: Repository, commands: ReadonlySet<string>) {
  const { text } = passage;
  const faults = [
    ...missingPaths(text, file, repository).map((path): Fault => [path, `There is no ${path}.`]),
    ...missingDecisions(text, repository),
    ...missingSections(text),
    ...missingCommands(text, commands),
  ];
  return faults.map(([words, message]) => ({ line: lineOf(words, passage), message }));
}

function missingDecisions(text: string, repository: Repository): Fault[] {
  return [...text.matchAll(/\bdecisions? (\d{4})\b/gi)]
    .filter(([, number = '']) => !repository.hasPrefix(`docs/decisions/${number}-`))
    .map(([words, number = '']) => [words, `There is no decision ${number} in docs/decisions.`]);
}

/** Published standards alone have numbered sections; no document here has. */
function missingSections(text: string): Fault[] {
  return [...text.matchAll(/\bsection \d[\d.]*\b/gi)]
    .filter(({ index }) => !STANDARD_BEFORE.test(text.slice(0, index)))
    .map(([section]) => [
      section,
      `No published standard is named before ${section}: name the heading instead.`,
    ]);
}

function missingCommands(text: string, commands: ReadonlySet<string>): Fault[] {
  return [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]*\w)/g)]
    .filter(([, command = '']) => !commands.has(command))
    .map(([words, command = '']) => [words, `There is no command ${command} in package.json.`]);
}
