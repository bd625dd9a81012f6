import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, type DocumentNode } from 'graphql';

/** A client library with a normalised cache, as the journeys use it. */
export interface FrontEnd {
  /** Asks the network, and writes the answer to the cache. */
  query(name: string, variables: Record<string, unknown>): Promise<unknown>;
  mutate(name: string, variables: Record<string, unknown>): Promise<unknown>;
  /** Reads the cache alone. */
  cached(name: string, variables: Record<string, unknown>): Promise<unknown>;
  stop(): void;
}

/** Address of the API, and the caller's token. */
export interface Reached {
  url: string;
  token?: string;
}

const SCHEMA = join(__dirname, '..', '..', 'schema');
export const api = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'));

/** Loads a document as a bundler's loader does. */
export function documentOf(name: string): DocumentNode {
  return parse(readFileSync(join(SCHEMA, 'operations', `${name}.graphql`), 'utf8'));
}
