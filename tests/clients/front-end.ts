import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  introspectionFromSchema,
  isAbstractType,
  isObjectType,
  parse,
  type DocumentNode,
} from 'graphql';

/** A client library with a normalised cache, as the journeys use it. */
export interface FrontEnd {
  /** Asks the network, and writes the answer to the cache. */
  query(name: string, variables: Record<string, unknown>): Promise<unknown>;
  mutate(name: string, variables: Record<string, unknown>): Promise<unknown>;
  /** Reads the cache alone. */
  cached(name: string, variables: Record<string, unknown>): Promise<unknown>;
  stop(): void;
}

/** Where the API is, and as whom it is asked. */
export interface Reached {
  url: string;
  token: string;
}

const SCHEMA = join(__dirname, '..', '..', 'schema');
const api = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'));

/** As a bundler's loader gives it to the client. */
export function documentOf(name: string): DocumentNode {
  return parse(readFileSync(join(SCHEMA, 'operations', `${name}.graphql`), 'utf8'));
}

export const introspection = introspectionFromSchema(api, { descriptions: false });

/** For Apollo's cache: the types that each union and interface may be. */
export const possibleTypes = Object.fromEntries(
  Object.values(api.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, api.getPossibleTypes(type).map(({ name }) => name)]),
);

/** Types without an id of their own: kept in the object that has them. */
export const KEYLESS = Object.values(api.getTypeMap())
  .filter(isObjectType)
  .filter(
    ({ name }) => !name.startsWith('__') && name !== 'Practice' && name !== 'Query' && name !== 'Mutation',
  )
  .filter((type) => !('id' in type.getFields()))
  .map(({ name }) => name);
