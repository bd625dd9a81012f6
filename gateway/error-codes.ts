import type { GraphQLFormattedError } from 'graphql';
import type { AccessRefusal } from '../domain/access';
import type { TokenRefusal } from './identity/token-refused';

/** Advice to the client on retrying. */
export type Retry = 'NO' | 'AFTER_A_CHANGE' | 'LATER' | 'WITH_A_NEW_TOKEN';

export interface ErrorCodeFacts {
  /** HTTP status when the whole request fails; in part of an answer it is 200. */
  status: 200 | 400 | 401 | 403 | 404 | 413 | 415 | 429 | 500 | 503 | 504;
  meaning: string;
  retry: Retry;
  /** An example in graphql-js's own words; the other messages are in domain/messages/developers.en-gb.ts. */
  example?: string;
}

/**
 * Every value of `errors[].extensions.code`. Expected outcomes of booking are data instead of errors: see ProblemCode.
 * docs/errors.md is generated from these and from domain/messages.
 */
export const ERROR_CODES = {
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    meaning: 'The document is not valid GraphQL.',
    retry: 'AFTER_A_CHANGE',
    example: 'Syntax Error: Expected Name, found "}".',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The document does not match the schema.',
    retry: 'AFTER_A_CHANGE',
    example: 'Cannot query field "prctice" on type "Query".',
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning:
      'The document has several operations and the request names none, or it has no operation of that name.',
    retry: 'AFTER_A_CHANGE',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning:
      'A variable or an argument is not valid. Where a field has checked it, extensions.reason is the code of a [problem of a field](#problems-of-fields).',
    retry: 'AFTER_A_CHANGE',
    example: 'Variable "$first" of required type "Int!" was not provided.',
  },
  BAD_REQUEST: {
    status: 400,
    meaning:
      'The request is not valid GraphQL over HTTP: its body, type or header is missing or wrong. The status is 405, 406 or 415 where HTTP has one for the cause.',
    retry: 'AFTER_A_CHANGE',
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'There is nothing at this address.',
    retry: 'NO',
  },
  BODY_TOO_LARGE: {
    status: 413,
    meaning: 'The body exceeds the limit.',
    retry: 'AFTER_A_CHANGE',
  },
  ENCODING_NOT_SUPPORTED: {
    status: 415,
    meaning: 'Compressed bodies are not accepted: a small one can expand into a very large one.',
    retry: 'AFTER_A_CHANGE',
  },
  DOCUMENT_TOO_LARGE: {
    status: 400,
    meaning: 'The document exceeds a limit on tokens, fields, aliases, directives or root fields.',
    retry: 'AFTER_A_CHANGE',
  },
  DOCUMENT_TOO_DEEP: {
    status: 400,
    meaning: 'Selections exceed the limit on depth.',
    retry: 'AFTER_A_CHANGE',
  },
  COST_TOO_HIGH: {
    status: 400,
    meaning: 'The operation may cost more than the limit: see extensions.cost of a response.',
    retry: 'AFTER_A_CHANGE',
  },
  INTROSPECTION_NOT_ALLOWED: {
    status: 403,
    meaning: 'Only analysts and operators may query the schema; it is published as schema/api.graphql.',
    retry: 'NO',
  },
  DOCUMENT_NOT_TRUSTED: {
    status: 403,
    meaning: 'This gateway accepts only the documents in schema/operations, by text or by id.',
    retry: 'AFTER_A_CHANGE',
  },
  DOCUMENT_UNKNOWN: {
    status: 400,
    meaning: 'No published document has this id.',
    retry: 'AFTER_A_CHANGE',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning:
      'No published document has this hash. Libraries that send hashes then send the text by themselves.',
    retry: 'AFTER_A_CHANGE',
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning:
      'The token was not accepted: see extensions.reason. The status is 503 when it cannot be checked.',
    retry: 'WITH_A_NEW_TOKEN',
  },
  FORBIDDEN: {
    status: 403,
    meaning:
      'This kind of caller may not use a field, see [access.md](access.md): nothing was executed. In part of a response: the object belongs to somebody else. extensions.reason is SIGN_IN_REQUIRED, ROLE_NOT_ALLOWED or NOT_YOUR_PRACTICE, as in a problem.',
    retry: 'NO',
  },
  LIMIT_REACHED: {
    status: 200,
    meaning: 'A limit of one part of the service was reached.',
    retry: 'LATER',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The caller has used up the cost limit for one minute. Wait for the seconds in Retry-After.',
    retry: 'LATER',
  },
  OVERLOADED: {
    status: 503,
    meaning: 'The service is overloaded, and nothing of this request was executed.',
    retry: 'LATER',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    meaning: 'Audit logging is unavailable, so requests are refused.',
    retry: 'LATER',
  },
  TIMED_OUT: {
    status: 504,
    meaning: 'The query timed out and was cancelled, with its calls to practices.',
    retry: 'LATER',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    meaning:
      'A part of the service, or its database, is unavailable. A mutation may have been executed: repeat it with the same idempotency key to find out. Wait extensions.retryAfterSeconds. The status is 200 in part of a response, and always as application/json.',
    retry: 'LATER',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'A fault of the service: quote extensions.reference. In part of a response the status is 200.',
    retry: 'LATER',
  },
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Refusal of a request before anything of it was executed. */
export interface RequestRefusal {
  code: ErrorCode;
  /** Cause and remedy, for developers. */
  message: string;
  retryAfterSeconds?: number;
  /** Reason, where the code has several next steps. */
  reason?: AccessRefusal | TokenRefusal;
  /** A more exact HTTP status than the code's own. */
  status?: 405 | 406 | 415;
  /** Each mistake, where there may be several: at most fifty, each with a code. */
  errors?: readonly GraphQLFormattedError[];
  /** Methods that are served, when another was used (RFC 9110, section 10.2.1). */
  allow?: string;
}
