import { z } from 'zod';
import type { Refusal } from '../error-codes';

/**
 * What a client asks for, whichever way it was sent. Absent, null and empty mean the same:
 * https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters.
 */
export interface GraphqlParameters {
  query: string | undefined;
  /** The id of a published document, as trusted documents have it. */
  documentId: string | undefined;
  /** The same as Apollo's clients send it: SHA-256 in hexadecimal. */
  persistedQueryHash: string | undefined;
  operationName: string | undefined;
  variables: Readonly<Record<string, unknown>>;
}

export type ReadParameters = GraphqlParameters | { refusal: Refusal };

/** Values may be nested as deeply as any input type is, and more; what reads them calls itself for each level. */
const MAX_NESTING = 100;

/** @param json the body of a POST */
export function parametersOfBody(json: string): ReadParameters {
  if (isNestedTooDeeply(json)) return TOO_DEEP;
  const parsed = parseJson(json);
  if (parsed === UNREADABLE) return badRequest(NOT_JSON);
  if (Array.isArray(parsed)) return badRequest('Send one operation in each request: batches are not taken.');
  return readParameters(parsed);
}

/** @param search of a GET: `?query=…&variables=…` */
export function parametersOfSearch(search: string): ReadParameters {
  if (!isUtf8Encoded(search)) return badRequest('The address is not percent-encoded UTF-8.');
  const given = new URLSearchParams(search);
  const body: Record<string, unknown> = {};
  for (const name of PARAMETERS) {
    const [value, ...others] = given.getAll(name);
    if (others.length > 0) return badRequest(`${name} may be in the address once.`);
    if (value === undefined || value === '') continue;
    const isJson = JSON_PARAMETERS.has(name);
    if (isJson && isNestedTooDeeply(value)) return TOO_DEEP;
    const parsed = isJson ? parseJson(value) : value;
    if (parsed === UNREADABLE) return badRequest(`${name} in the address is not JSON.`);
    body[name] = parsed;
  }
  return readParameters(body);
}

const PARAMETERS = ['query', 'documentId', 'operationName', 'variables', 'extensions'] as const;
type Parameter = (typeof PARAMETERS)[number];
const JSON_PARAMETERS: ReadonlySet<Parameter> = new Set<Parameter>(['variables', 'extensions']);

const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));

const PersistedQuery = z.object({
  version: z.literal(1),
  sha256Hash: z.string().regex(/^[0-9a-f]{64}$/i),
});

/** What else a client puts beside these, or into `extensions`, is for others. */
const Parameters = z.object({
  query: text,
  documentId: text,
  operationName: text,
  variables: z.custom<Record<string, unknown>>(isJsonObject).nullish(),
  extensions: z.object({ persistedQuery: PersistedQuery.nullish() }).nullish(),
});

const EXPECTED: Readonly<Record<Parameter, string>> = {
  query: 'query must be a text.',
  documentId: 'documentId must be a text.',
  operationName: 'operationName must be a text.',
  variables: 'variables must be an object, not a list or a text.',
  extensions:
    'extensions must be an object; extensions.persistedQuery has version 1 and sha256Hash, 64 hexadecimal digits.',
};
const NOT_JSON = 'The body is not JSON; send {"query": "..."} as application/json.';

function readParameters(given: unknown): ReadParameters {
  const read = Parameters.safeParse(given);
  if (!read.success) {
    const [name] = read.error.issues[0]?.path ?? [];
    const parameter = PARAMETERS.find((known) => known === name);
    return badRequest(parameter === undefined ? NOT_JSON : EXPECTED[parameter]);
  }
  const { query, documentId, operationName, variables, extensions } = read.data;
  const persistedQueryHash = extensions?.persistedQuery?.sha256Hash.toLowerCase();
  if (query === undefined && documentId === undefined && persistedQueryHash === undefined)
    return badRequest('Send a query, or the id of a published document.');
  return { query, documentId, persistedQueryHash, operationName, variables: variables ?? {} };
}

function badRequest(message: string): { refusal: Refusal } {
  return { refusal: { code: 'BAD_REQUEST', message } };
}

const TOO_DEEP = {
  refusal: {
    code: 'BAD_USER_INPUT',
    message: `Values are nested more than ${MAX_NESTING} deep.`,
  },
} as const satisfies { refusal: Refusal };

function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const UNREADABLE = Symbol('no JSON, or JSON that cannot be stored');

/** Refuses also half a character (RFC 8259, section 8.2), in place of which a database would keep U+FFFD. */
function parseJson(json: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json);
    return MAYBE_HALF_CHARACTER.test(json) && hasHalfCharacter(parsed) ? UNREADABLE : parsed;
  } catch {
    return UNREADABLE;
  }
}

const MAYBE_HALF_CHARACTER = /\\u[dD][89a-fA-F]/;

/** JSON.stringify escapes what is half a character, and no other one from there on. */
function hasHalfCharacter(parsed: unknown): boolean {
  return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(parsed));
}

function isNestedTooDeeply(json: string): boolean {
  if (json.length <= 2 * MAX_NESTING) return false;
  let depth = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charCodeAt(index);
    if (isInText) {
      if (character === BACKSLASH) index += 1;
      else if (character === QUOTE) isInText = false;
    } else if (character === QUOTE) isInText = true;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_NESTING) return true;
    } else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACE, OPEN_BRACKET, CLOSE_BRACE, CLOSE_BRACKET] = [34, 92, 123, 91, 125, 93];

function isUtf8Encoded(search: string): boolean {
  try {
    decodeURIComponent(search.replaceAll('+', ' '));
    return true;
  } catch {
    return false;
  }
}
