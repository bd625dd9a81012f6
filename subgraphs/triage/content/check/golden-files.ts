import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSeq, parse, parseDocument } from 'yaml';
import { ACCEPTED_FILE, AcceptedFile, type Accepted, type Baseline, type Proof } from './acceptance-rules';
import { readTable, tableText } from './outcome-table';
import { readWords, wordsText } from './words';

const TABLE = /\.tsv$/;
const WORDS = /\.txt$/;

/**
 * Reads the accepted state from the folder beside the content.
 * @throws ZodError where it was edited by hand, wrongly.
 */
export function readBaseline(contentFolder: string): Baseline {
  const folder = join(contentFolder, 'golden');
  const accepted = join(contentFolder, ACCEPTED_FILE);
  return {
    tables: new Map(
      [...filesIn(folder, TABLE)].map(([name, text]) => [name.replace(TABLE, ''), readTable(text)]),
    ),
    words: new Map(
      [...filesIn(join(folder, 'words'), WORDS)].map(([name, text]) => [
        name.replace(WORDS, '.yaml'),
        readWords(text),
      ]),
    ),
    accepted: existsSync(accepted) ? AcceptedFile.parse(parse(readFileSync(accepted, 'utf8'))) : [],
  };
}

/** Writes what was accepted, and who accepted it; tables and words of what is gone go too. */
export function writeAcceptance(
  contentFolder: string,
  { tables, words }: Pick<Proof, 'tables' | 'words'>,
  entries: readonly Accepted[],
): void {
  const folder = join(contentFolder, 'golden');
  writeFiles(folder, TABLE, new Map(tables.map((table) => [`${table.pathway}.tsv`, tableText(table)])));
  writeFiles(
    join(folder, 'words'),
    WORDS,
    new Map([...words].map(([file, lines]) => [file.replace(/\.yaml$/, '.txt'), wordsText(file, lines)])),
  );
  const file = join(contentFolder, ACCEPTED_FILE);
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : HEADER);
  // The empty list is written on one line; entries have one each for every field.
  if (isSeq(document.contents)) document.contents.flow = false;
  for (const entry of entries) document.add(document.createNode(entry));
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

/** Texts by name within the folder, those of tables not from the folders below. */
function filesIn(folder: string, kind: RegExp): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => kind.test(name))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function writeFiles(folder: string, kind: RegExp, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const name of filesIn(folder, kind).keys()) if (!files.has(name)) rmSync(join(folder, name));
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const HEADER = `# Who accepted which outcomes, and why. Written by npm run triage:check -- --accept; newest last, nothing is taken out.
[]
`;
