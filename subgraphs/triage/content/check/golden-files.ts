import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSeq, parse, parseDocument } from 'yaml';
import { ACCEPTED_FILE, AcceptedFile, type Accepted, type Baseline } from './acceptance-rules';
import { readTable, tableText, type OutcomeTable } from './outcome-table';

const TABLE = /\.tsv$/;

/**
 * Reads the accepted state from the folder beside the content.
 * @throws ZodError where it was edited by hand, wrongly.
 */
export function readBaseline(contentFolder: string): Baseline {
  const folder = join(contentFolder, 'golden');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => TABLE.test(name)) : [];
  const accepted = join(contentFolder, ACCEPTED_FILE);
  return {
    tables: new Map(
      names.map((name) => [name.replace(TABLE, ''), readTable(readFileSync(join(folder, name), 'utf8'))]),
    ),
    accepted: existsSync(accepted) ? AcceptedFile.parse(parse(readFileSync(accepted, 'utf8'))) : [],
  };
}

/** Writes the tables that were accepted, and who accepted them; tables of pathways that are gone go too. */
export function writeAcceptance(
  contentFolder: string,
  tables: readonly OutcomeTable[],
  entries: readonly Accepted[],
): void {
  const folder = join(contentFolder, 'golden');
  mkdirSync(folder, { recursive: true });
  const ids = tables.map(({ pathway }) => pathway);
  for (const name of readdirSync(folder).filter((each) => TABLE.test(each)))
    if (!ids.includes(name.replace(TABLE, ''))) rmSync(join(folder, name));
  for (const table of tables) writeFileSync(join(folder, `${table.pathway}.tsv`), tableText(table));
  const file = join(contentFolder, ACCEPTED_FILE);
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : HEADER);
  // The empty list is written on one line; entries have one each for every field.
  if (isSeq(document.contents)) document.contents.flow = false;
  for (const entry of entries) document.add(document.createNode(entry));
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

const HEADER = `# Who accepted which outcomes, and why. Written by npm run triage:check -- --accept; newest last, nothing is taken out.
[]
`;
