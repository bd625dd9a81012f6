import { z } from 'zod';
import type { RequestRefusal } from '../error-codes';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

const MESSAGES = DEVELOPERS_EN_GB.BAD_REQUEST;

/**
 * Parameters of a request, whichever way it was sent. Absent, null and empty mean the same:
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

export type ReadParameters = GraphqlParameters | { refusal: RequestRefusal };

/** Values may be nested as deeply as any input type is, and more; what reads them calls itself for each level. */
const MAX_NESTING = 100;

/** @param json the body of a POST */
export function parametersOfBody(json: string): ReadParameters {
  if (isNestedTooDeeply(json)) return TOO_DEEP;
  const parsed = parseJson(json);
  if (parsed === UNREADABLE) return badRequest(MESSAGES.NOT_JSON({}));
  if (Array.isArray(parsed)) return badRequest(MESSAGES.BATCH({}));
  return readParameters(parsed);
}

/** @param search the query string of a GET: `?query=…&variables=…` */
export function parametersOfSearch(search: string): ReadParameters {
  if (!isUtf8Encoded(search)) return badRequest(MESSAGES.ADDRESS_NOT_UTF8({}));
  const parameters = new URLSearchParams(search);
  const body: Record<string, unknown> = {};
  for (const name of PARAMETERS) {
    const [value, ...others] = parameters.getAll(name);
    if (others.length > 0) return badRequest(MESSAGES.REPEATED_PARAMETER({ name }));
    if (value === undefined || value === '') continue;
    const isJson = JSON_PARAMETERS.has(name);
    if (isJson && isNestedTooDeeply(value)) return TOO_DEEP;
    const parsed = isJson ? parseJson(value) : value;
    if (parsed === UNREADABLE) return badRequest(MESSAGES.PARAMETER_NOT_JSON({ name }));
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

/** Schema of the parameters; further keys, also of `extensions`, are ignored. */
const Parameters = z.object({
  query: text,
  documentId: text,
  operationName: text,
  variables: z.custom<Record<string, unknown>>(isJsonObject).nullish(),
  extensions: z.object({ persistedQuery: PersistedQuery.nullish() }).nullish(),
});

const EXPECTED: Readonly<Record<Parameter, string>> = {
  query: MESSAGES.PARAMETER_NOT_A_STRING({ name: 'query' }),
  documentId: MESSAGES.PARAMETER_NOT_A_STRING({ name: 'documentId' }),
  operationName: MESSAGES.PARAMETER_NOT_A_STRING({ name: 'operationName' }),
  variables: MESSAGES.VARIABLES_NOT_AN_OBJECT({}),
  extensions: MESSAGES.BAD_EXTENSIONS({}),
};

function readParameters(input: unknown): ReadParameters {
  const read = Parameters.safeParse(input);
  if (!read.success) {
    const [name] = read.error.issues[0]?.path ?? [];
    const parameter = PARAMETERS.find((known) => known === name);
    return badRequest(parameter === undefined ? MESSAGES.NOT_JSON({}) : EXPECTED[parameter]);
  }
  const { query, documentId, operationName, variables, extensions } = read.data;
  const persistedQueryHash = extensions?.persistedQuery?.sha256Hash.toLowerCase();
  if (query === undefined && documentId === undefined && persistedQueryHash === undefined)
    return badRequest(MESSAGES.NO_DOCUMENT({}));
  return { query, documentId, persistedQueryHash, operationName, variables: variables ?? {} };
}

function badRequest(message: string): { refusal: RequestRefusal } {
  return { refusal: { code: 'BAD_REQUEST', message } };
}

const TOO_DEEP = {
  refusal: {
    code: 'BAD_USER_INPUT',
    message: DEVELOPERS_EN_GB.BAD_USER_INPUT.NESTED_TOO_DEEP({ max: MAX_NESTING }),
  },
} as const satisfies { refusal: RequestRefusal };

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

/** Finds lone surrogates: JSON.stringify escapes those, and no other character in that range. */
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
