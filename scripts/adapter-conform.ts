import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Certificate, certificateOf } from '../adapters/conformance/certificate';
import { certificatePage } from '../adapters/conformance/certificate-page';
import { matrix } from '../adapters/conformance/matrix';
import { LEVELS } from '../adapters/conformance/requirement';
import { runConformance } from '../adapters/conformance/run-conformance';
import { sourcesDigest } from '../adapters/conformance/sources';
import { connectionIn, supplierPage, suppliersTable } from '../adapters/conformance/supplier-pages';
import { type SupplierId, supplierIds, supplierNamed } from '../adapters/registry';
import { runScript } from './run-script';

/**
 * `npm run adapter:conform -- <id>|--all [--json] [--seed N] [--up-to L2] [--publish]`: runs the suite, prints a matrix
 * and writes a certificate for each adapter; `--publish` writes the pages of docs/suppliers as well. The exit code is 1
 * unless every adapter reaches the level asked for.
 */
const ROOT = process.cwd();
const Seed = z.coerce.number({ error: '--seed must be a whole number.' }).int();
const UpTo = z.enum(LEVELS, { error: `--up-to must be one of ${LEVELS.join(', ')}.` });

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      'up-to': { type: 'string', default: 'L4' },
    },
  });
  const ids = values.all ? supplierIds : positionals.map((id) => supplierNamed(id).manifest.id);
  if (ids.length === 0)
    throw new Error(`Name a supplier (${supplierIds.join(', ')}), or all of them with --all.`);
  const upTo = UpTo.parse(values['up-to']);
  const certificates: Certificate[] = [];
  for (const id of ids) {
    const certificate = await certified(id, Seed.parse(values.seed), upTo);
    certificates.push(certificate);
    keep(certificate, join(ROOT, 'data', 'conformance'));
    if (!values.json) console.log(matrix(certificate));
  }
  const message = values.json
    ? JSON.stringify(certificates, null, 2)
    : 'Certificates are in data/conformance.';
  // A pipe takes no more than so much at once: leaving before it is read would cut the rest off.
  await new Promise((read) => process.stdout.write(`${message}\n`, read));
  if (values.publish) publish(certificates);
  process.exit(certificates.every(({ level }) => level === upTo) ? 0 : 1);
}

async function certified(id: SupplierId, seed: number, upTo: (typeof LEVELS)[number]): Promise<Certificate> {
  const results = await runConformance(id, { seed, upTo });
  return certificateOf(supplierNamed(id).manifest, results, {
    seed,
    node: process.versions.node,
    sources: sourcesDigest(ROOT, id, supplierIds),
    at: new Date().toISOString(),
  });
}

function keep(certificate: Certificate, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, certificate.supplier);
  writeFileSync(`${file}.json`, `${JSON.stringify(certificate, null, 2)}\n`);
  writeFileSync(`${file}.html`, certificatePage(certificate));
}

function publish(certificates: readonly Certificate[]): void {
  const folder = join(ROOT, 'docs', 'suppliers');
  for (const certificate of certificates) {
    keep(certificate, folder);
    const { supplier } = certificate;
    const readme = readFileSync(join(ROOT, 'adapters', supplier, 'README.md'), 'utf8');
    writeFileSync(join(folder, `${supplier}.md`), supplierPage(certificate, connectionIn(readme, supplier)));
  }
  if (certificates.length === supplierIds.length)
    writeFileSync(join(folder, 'README.md'), suppliersTable(certificates));
}

runScript(main);
