import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, Kind, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { z } from 'zod';
import { ERROR_CODES } from '../gateway/error-codes';
import { lostIds, trustedDocumentsIn } from '../gateway/limits/trusted-documents';
import { appointmentsTypeDefs } from '../subgraphs/appointments/schema';
import { practicesTypeDefs } from '../subgraphs/practices/schema';
import { triageSchema } from '../subgraphs/triage/schema';
import { accessPage } from './access-page';
import { errorsPage } from './errors-page';

/**
 * `npm run schema` generates from the classes: each subgraph's SDL, the supergraph, the API as clients see it, the
 * ids of the published documents, and the pages of errors and of access. `--check` writes nothing and fails on
 * drift, and on changes that break clients and were not accepted: ids of published documents that are no longer
 * known are among them.
 */
const FOLDER = 'schema';
const OPERATIONS = join(FOLDER, 'operations');
/** One accepted breaking change a line, in the words of the check. */
const ACCEPTED = join(FOLDER, 'accepted-breaking-changes.txt');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const files = emit();
  if (!values.check) {
    for (const [name, text] of files) writeFileSync(join(FOLDER, name), text);
    return;
  }
  const drifted = [...files]
    .filter(([name, text]) => read(join(FOLDER, name)) !== text)
    .map(([name]) => name);
  if (drifted.length > 0)
    fail(
      `schema/, docs/errors.md or docs/access.md do not say what the classes say (${drifted.join(', ')}): run npm run schema.`,
    );
  const breaking = [...(await breakingChanges(files.get('api.graphql') ?? '')), ...lostDocuments()];
  if (breaking.length > 0)
    fail(
      `These changes break clients; revert them, or accept each by a line in ${ACCEPTED}:\n${breaking.join('\n')}`,
    );
}

function emit(): Map<string, string> {
  const subgraphs = new Map([
    ['triage', triageSchema().typeDefs],
    ['practices', practicesTypeDefs()],
    ['appointments', appointmentsTypeDefs()],
  ]);
  const composed = composeServices(
    [...subgraphs].map(([name, sdl]) => ({
      name,
      typeDefs: parse(sdl),
      url: `http://${name}.invalid/graphql`,
    })),
  );
  if (composed.errors !== undefined) return fail(composed.errors.map(({ message }) => message).join('\n'));
  const { supergraphSdl } = composed;
  const apiSchema = Supergraph.build(supergraphSdl).apiSchema();
  const visible = lexicographicSortSchema(apiSchema.toGraphQLJSSchema());
  return new Map([
    ...[...subgraphs].map(([name, sdl]): [string, string] => [`${name}.graphql`, sdl]),
    ['supergraph.graphql', `${supergraphSdl}\n`],
    ['api.graphql', `${printSchema(visible)}\n`],
    [join('..', 'docs', 'errors.md'), errorsPage(ERROR_CODES)],
    [join('..', 'docs', 'access.md'), accessPage(supergraphSdl, visible)],
    [join('operations', 'manifest.json'), `${JSON.stringify(manifest(), null, 2)}\n`],
  ]);
}

/** In the form that Apollo's clients read: https://www.apollographql.com/docs/kotlin/advanced/persisted-queries */
function manifest(): Manifest {
  const published = [...trustedDocumentsIn(OPERATIONS)].filter(([, { isRetired }]) => !isRetired);
  const operations = published.map(([id, { name, text }]) => ({
    id,
    name,
    type: parse(text).definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)?.operation,
    body: text,
  }));
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

const Manifest = z.looseObject({ operations: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
type Manifest = z.infer<typeof Manifest>;

/** Documents of the last commit that installed apps may send, and that would not be known any more. */
function lostDocuments(): string[] {
  const before = committed('HEAD', join(OPERATIONS, 'manifest.json'));
  const { operations } = before === null ? { operations: [] } : Manifest.parse(JSON.parse(before));
  const accepted = acceptedChanges();
  return lostIds(operations, trustedDocumentsIn(OPERATIONS))
    .map(({ id, name }) => `Document '${name}' (${id}) was removed`)
    .filter((message) => !accepted.has(message));
}

/** Against the last commit's API; where the working tree is that commit, against the one before it. */
async function breakingChanges(current: string): Promise<string[]> {
  const before = ['HEAD', 'HEAD~1']
    .map((revision) => committed(revision, join(FOLDER, 'api.graphql')))
    .find((sdl) => sdl !== null && sdl !== current);
  if (before === undefined || before === null) return [];
  const accepted = acceptedChanges();
  const changes = await diff(buildSchema(before), buildSchema(current));
  return changes
    .filter(
      ({ criticality, message }) => criticality.level === CriticalityLevel.Breaking && !accepted.has(message),
    )
    .map(({ message }) => message);
}

function acceptedChanges(): Set<string> {
  return new Set((read(ACCEPTED) ?? '').split('\n'));
}

/** Null outside a checkout, and where the commit has no such file yet. */
function committed(revision: string, file: string): string | null {
  try {
    return execFileSync('git', ['show', `${revision}:${file}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
}

function read(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

void main();
