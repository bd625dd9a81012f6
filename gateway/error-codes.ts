import type { GraphQLFormattedError } from 'graphql';
import type { AccessRefusal } from '../domain/access';
import type { TokenRefusal } from './identity/token-refused';

/** What a client may do about an error. */
export type Retry = 'NO' | 'AFTER_A_CHANGE' | 'LATER' | 'WITH_A_NEW_TOKEN';

export interface ErrorCodeFacts {
  /** Of the answer, when the request comes to nothing else; in part of an answer it is 200. */
  status: 200 | 400 | 401 | 403 | 404 | 413 | 415 | 429 | 500 | 503 | 504;
  meaning: string;
  retry: Retry;
  /** What `message` can look like. */
  example: string;
}

/**
 * Every code that `errors[].extensions.code` can have. Whatever an outcome of booking is, is no error but data: see
 * ProblemCode. docs/errors.md is made of this.
 */
export const ERROR_CODES = {
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    meaning: 'The document is no GraphQL.',
    retry: 'AFTER_A_CHANGE',
    example: 'Syntax Error: Expected Name, found "}".',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The document does not fit the schema.',
    retry: 'AFTER_A_CHANGE',
    example: 'Cannot query field "prctice" on type "Query".',
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has several operations and none is named, or it has none of that name.',
    retry: 'AFTER_A_CHANGE',
    example: 'Unknown operation named "Optons".',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning:
      'A variable or an argument cannot be used. extensions.reason is the code of a [problem of a field](#problems-of-fields) where a field judges it.',
    retry: 'AFTER_A_CHANGE',
    example: 'Variable "$first" of required type "Int!" was not provided.',
  },
  BAD_REQUEST: {
    status: 400,
    meaning:
      'The request is no GraphQL over HTTP: its body, type or header is missing or wrong. 405, 406 or 415 where HTTP has a status for it.',
    retry: 'AFTER_A_CHANGE',
    example: 'The body is not JSON; send {"query": "..."} as application/json.',
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'There is nothing at this address.',
    retry: 'NO',
    example: 'There is nothing here; the API is at /graphql.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    meaning: 'The body is longer than this gateway reads.',
    retry: 'AFTER_A_CHANGE',
    example: 'Send at most 262144 bytes.',
  },
  ENCODING_NOT_SUPPORTED: {
    status: 415,
    meaning: 'Compressed bodies are not read: a small one can stand for a very large one.',
    retry: 'AFTER_A_CHANGE',
    example: 'Send the body as it is, without content-encoding.',
  },
  DOCUMENT_TOO_LARGE: {
    status: 400,
    meaning: 'The document has more tokens, fields, aliases, directives or root fields than one may have.',
    retry: 'AFTER_A_CHANGE',
    example: 'The document has more than 30 aliases. Ask in several requests.',
  },
  DOCUMENT_TOO_DEEP: {
    status: 400,
    meaning: 'Selections are nested more deeply than they may be.',
    retry: 'AFTER_A_CHANGE',
    example: 'Selections are nested more than 15 deep. Ask in several requests.',
  },
  COST_TOO_HIGH: {
    status: 400,
    meaning: 'The operation could take more work than one may: see extensions.cost of an answer.',
    retry: 'AFTER_A_CHANGE',
    example: 'The operation may cost 40000, and at most 20000 is allowed. Ask for fewer at once.',
  },
  INTROSPECTION_NOT_ALLOWED: {
    status: 403,
    meaning: 'The schema is shown to analysts and operators only; it is published as schema/api.graphql.',
    retry: 'NO',
    example: 'Introspection is for analysts and operators.',
  },
  DOCUMENT_NOT_TRUSTED: {
    status: 403,
    meaning: 'This gateway takes only the documents in schema/operations, by text or by id.',
    retry: 'AFTER_A_CHANGE',
    example: 'Only published documents are taken: send one of schema/operations/manifest.json.',
  },
  DOCUMENT_UNKNOWN: {
    status: 400,
    meaning: 'There is no published document of this id.',
    retry: 'AFTER_A_CHANGE',
    example: 'There is no document of this id in schema/operations/manifest.json.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning:
      'There is no published document of this hash. The libraries that send hashes send the text then, by themselves.',
    retry: 'AFTER_A_CHANGE',
    example: 'PersistedQueryNotFound',
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning:
      'The token is not accepted; extensions.reason says why. 503 where it cannot be checked just now.',
    retry: 'WITH_A_NEW_TOKEN',
    example: 'The token has expired.',
  },
  FORBIDDEN: {
    status: 403,
    meaning:
      'A field is not for this kind of caller, see [access.md](access.md): nothing was executed. In part of an answer: it is not theirs. extensions.reason is SIGN_IN_REQUIRED, ROLE_NOT_ALLOWED or NOT_YOUR_PRACTICE, as in a problem.',
    retry: 'NO',
    example: 'Query.unsettledBookings is for operators.',
  },
  LIMIT_REACHED: {
    status: 200,
    meaning: 'Too much was asked of one part of the service.',
    retry: 'LATER',
    example: 'Too many ids that do not exist.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The caller has used up what may be asked within a minute; Retry-After says how long to wait.',
    retry: 'LATER',
    example: 'Too much asked within a minute. Ask again in 12 seconds.',
  },
  OVERLOADED: {
    status: 503,
    meaning: 'There is more to do than can be done in time; nothing of this request was begun.',
    retry: 'LATER',
    example: 'Too many requests are under way. Ask again in a moment.',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    meaning: 'What is done cannot be written down just now, so nothing is done.',
    retry: 'LATER',
    example: 'The audit trail cannot be written. Ask again in a moment.',
  },
  TIMED_OUT: {
    status: 504,
    meaning: 'The query took too long and was given up, down to the practices that were being asked.',
    retry: 'LATER',
    example: 'No answer within 25 seconds. Ask again, or for less.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    meaning:
      'A part of the service, or its database, does not answer. What changes something may have been done: the same request with the same idempotency key finds out. Wait extensions.retryAfterSeconds. The status is 200 in part of an answer, and always as application/json.',
    retry: 'LATER',
    example: 'A part of the service does not answer just now. Send the same request again in a few seconds.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'A fault of ours; quote extensions.reference. In part of an answer the status is 200.',
    retry: 'LATER',
    example: 'Something went wrong on our side. Try again; if it stays, quote the reference.',
  },
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** That a request is not served, before anything of it was begun. */
export interface Refusal {
  code: ErrorCode;
  /** What is wrong and what to do instead, for developers. */
  message: string;
  retryAfterSeconds?: number;
  /** Why, where the code has several next steps. */
  reason?: AccessRefusal | TokenRefusal;
  /** Where HTTP has a more exact one than the code's own. */
  status?: 405 | 406 | 415;
  /** Each mistake, where there may be several: at most fifty, each with a code. */
  errors?: readonly GraphQLFormattedError[];
  /** The methods that are served, where another was used (RFC 9110, section 10.2.1). */
  allow?: string;
}
