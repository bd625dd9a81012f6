import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { checkContent } from '../subgraphs/triage/content/check/check-content';
import { readBaseline } from '../subgraphs/triage/content/check/golden-files';
import { readContentFiles } from '../subgraphs/triage/content/content-files';
import { addSignature, readSigningKey, SIGNATURES_FILE } from '../subgraphs/triage/content/signatures';
import { runScript } from './run-script';

const USAGE = `Usage: npm run triage:sign -- --key reviewer.pem --name "NAME" --role "ROLE" [--days 365]
       npm run triage:sign -- --show --key reviewer.pem --name "NAME" --role "ROLE"`;

/**
 * `npm run triage:sign`: signs the triage content as it is, with a reviewer's ed25519 key, into a file of signatures beside it.
 * `--show` prints that reviewer's entry of CLINICAL_SIGNERS instead. See docs/operate.md, "Live content".
 */
const FOLDER = join('subgraphs', 'triage', 'content');
const DAY_MS = 86_400_000;

runScript(() => Promise.resolve().then(signContent));

function signContent(): void {
  const { key: file, name, role, days, show } = readOptions();
  const { key, publicKey } = readSigningKey(readFileSync(file, 'utf8'));
  if (show) {
    console.log(JSON.stringify({ name, role, publicKey }));
    return;
  }
  const files = readContentFiles(FOLDER);
  const now = new Date();
  const { failures } = checkContent(files, readBaseline(FOLDER), now);
  if (failures.length > 0)
    throw new Error(
      `Only content that passes every check is signed: npm run triage:check names ${failures.length}.`,
    );
  const day = (after: number) => new Date(now.getTime() + after * DAY_MS).toISOString().slice(0, 10);
  const signed = addSignature(files, { name, role, date: day(0), expires: day(days) }, key);
  writeFileSync(join(FOLDER, SIGNATURES_FILE), stringify(signed, { lineWidth: 0 }));
  console.log(
    `"${name}" has signed ${Object.keys(signed.files).length} files until ${day(days)}; signatures now: ${signed.signatures.length}. Build and deploy ${SIGNATURES_FILE} with the content.`,
  );
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      key: { type: 'string' },
      name: { type: 'string' },
      role: { type: 'string' },
      days: { type: 'string', default: '365' },
      show: { type: 'boolean', default: false },
    },
  });
  const { key, name, role, show } = values;
  const days = Number(values.days);
  if (!key || !name || !role || !Number.isInteger(days) || days < 1 || days > 366) throw new Error(USAGE);
  return { key, name, role, days, show };
}
