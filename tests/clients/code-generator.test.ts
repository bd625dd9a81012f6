import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ANONYMOUS } from '../../domain/caller';
import { documentFinder, trustedDocumentsIn } from '../../gateway/limits/trusted-documents';

const ROOT = join(__dirname, '..', '..');
const OPERATIONS = join(ROOT, 'schema', 'operations');
const COMMAND = join(ROOT, 'node_modules', '.bin', 'graphql-codegen');
const run = promisify(execFile);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gp-booking-codegen-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['by default', true],
  ['by SHA-256', { hashAlgorithm: 'sha256' }],
])(
  'the client preset makes types of every document, and ids that are known, %s',
  async (_, persistedDocuments) => {
    const config = {
      schema: join(ROOT, 'schema', 'api.graphql'),
      documents: join(OPERATIONS, '*.graphql'),
      generates: {
        [`${folder}/`]: {
          preset: 'client',
          presetConfig: { persistedDocuments },
          config: { scalars: { DateTime: 'string', JSONObject: 'Record<string, unknown>' } },
        },
      },
    };
    writeFileSync(join(folder, 'codegen.json'), JSON.stringify(config));
    await run(COMMAND, ['--config', join(folder, 'codegen.json')], { cwd: ROOT });

    const made = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync(join(folder, 'persisted-documents.json'), 'utf8')));
    const find = documentFinder(trustedDocumentsIn(OPERATIONS), 'for-analysts');
    const found = Object.keys(made).map((documentId) =>
      find({ documentId, query: undefined, persistedQueryHash: undefined }, ANONYMOUS),
    );
    expect(found.filter((document) => 'refusal' in document)).toEqual([]);
    expect(found.length).toBe(
      [...trustedDocumentsIn(OPERATIONS).values()].filter(({ isRetired }) => !isRetired).length,
    );
  },
);
