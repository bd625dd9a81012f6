import type { MessageTemplate, None } from './audience';

const always =
  (message: string): MessageTemplate<None> =>
  () =>
    message;

/**
 * Messages for developers and operators, by error code and cause: what happened, and the remedy. docs/errors.md lists
 * them all. Mistakes in a document or a variable are described in graphql-js's own words.
 */
export const DEVELOPERS_EN_GB = {
  OPERATION_RESOLUTION_FAILURE: {
    UNNAMED: always('Must provide operation name if query contains multiple operations.'),
    UNKNOWN_NAME: ({ name }: { name: string }) => `Unknown operation named ${name}.`,
  },
  GRAPHQL_VALIDATION_FAILED: {
    SUBSCRIPTION: always('The schema has no subscriptions.'),
  },
  BAD_USER_INPUT: {
    NESTED_TOO_DEEP: ({ max }: { max: number }) => `Values are nested more than ${max} levels deep.`,
  },
  BAD_REQUEST: {
    NO_DOCUMENT: always('Send a query, or the id of a published document.'),
    ID_OF_ANOTHER_DOCUMENT: always(
      'The id does not belong to this document. Send the SHA-256 of the text, or only one of text and id.',
    ),
    METHOD_NOT_ALLOWED: always(
      'Send a POST with content-type: application/json. Queries may also be sent by GET.',
    ),
    ONLY_GET: always('This address is read-only. Use GET.'),
    ONLY_QUERIES_BY_GET: always('GET is for queries only. Send this operation by POST.'),
    ID_IN_ADDRESS: always(
      'Send this by POST. Browsers and proxies keep addresses, so ids must not be in one.',
    ),
    GET_NOT_PREFLIGHTED: always(
      'Use POST with content-type: application/json (urql: preferGetMethod: false). A GET needs the header apollo-require-preflight: 1, so that no foreign page can send it.',
    ),
    ONLY_POST_FOLLOWS: always('Send this by POST: a booking is followed by the document and its variables.'),
    ONLY_EVENTS: always('Accept text/event-stream: this address answers with a stream of events.'),
    ONLY_BOOKINGS: always(
      'Only a published query for one booking by its id, such as BookingById, can be followed.',
    ),
    NOT_ACCEPTABLE: always(
      'Accept application/graphql-response+json or application/json. No other type is served.',
    ),
    MEDIA_TYPE_NOT_SUPPORTED: always('Send JSON in UTF-8, with content-type: application/json.'),
    NOT_UTF8: always('The body is not valid UTF-8.'),
    NOT_JSON: always('The body is not JSON. Send {"query": "..."} as application/json.'),
    BATCH: always('Batches are not supported. Send one operation in each request.'),
    ADDRESS_NOT_UTF8: always('The address is not percent-encoded UTF-8.'),
    REPEATED_PARAMETER: ({ name }: { name: string }) =>
      `The address has ${name} more than once. Send it once.`,
    PARAMETER_NOT_JSON: ({ name }: { name: string }) => `${name} in the address is not JSON.`,
    PARAMETER_NOT_A_STRING: ({ name }: { name: string }) => `${name} must be a string.`,
    VARIABLES_NOT_AN_OBJECT: always('variables must be an object, not a list or a string.'),
    BAD_EXTENSIONS: always(
      'extensions must be an object. extensions.persistedQuery has version 1 and sha256Hash, 64 hexadecimal digits.',
    ),
  },
  NOT_FOUND: { ADDRESS: always('There is nothing at this address. The API is at /graphql.') },
  BODY_TOO_LARGE: { BODY: ({ max }: { max: number }) => `The body is too large. Send at most ${max} bytes.` },
  ENCODING_NOT_SUPPORTED: { BODY: always('Send the body without content-encoding.') },
  DOCUMENT_TOO_LARGE: {
    COUNT: ({ max, what }: { max: number; what: string }) =>
      `The document has more than ${max} ${what}. Split it into several requests.`,
  },
  DOCUMENT_TOO_DEEP: {
    DEPTH: ({ max }: { max: number }) =>
      `Selections are nested more than ${max} levels deep. Split the document into several requests.`,
  },
  COST_TOO_HIGH: {
    COST: ({ cost, max }: { cost: number; max: number }) =>
      `The operation may cost ${cost}, and the limit is ${max}. Request less data at once.`,
  },
  INTROSPECTION_NOT_ALLOWED: {
    CALLER: always(
      'Introspection is for analysts and operators. The schema is published as schema/api.graphql.',
    ),
  },
  DOCUMENT_NOT_TRUSTED: {
    DOCUMENT: always(
      'Only published documents are accepted. Send one of schema/operations/manifest.json, or its id.',
    ),
  },
  DOCUMENT_UNKNOWN: { ID: always('No document in schema/operations/manifest.json has this id.') },
  /** Apollo's clients look for this text: https://www.apollographql.com/docs/apollo-server/performance/apq. */
  PERSISTED_QUERY_NOT_FOUND: { HASH: always('PersistedQueryNotFound') },
  UNAUTHENTICATED: {
    TOKEN: always(
      'The bearer token was not accepted. Get a new one and try again, or leave it out to call anonymously.',
    ),
    CLAIMS: ({ claims }: { claims: string }) =>
      `The bearer token was not accepted. These claims are missing, or not as in docs/api.md: ${claims}.`,
    KEYS_UNAVAILABLE: always(
      "The token issuer's keys are unavailable, so tokens cannot be checked. Try again.",
    ),
    NOT_THE_GATEWAY: always('Only the gateway may call this service.'),
  },
  FORBIDDEN: {
    FIELD: ({ field, allowed }: { field: string; allowed: string }) => `${field} is for ${allowed}.`,
    CALLER: ({ allowed }: { allowed: string }) => `For ${allowed}.`,
    OWN_BOOKINGS: always('Sign in to see your bookings.'),
  },
  LIMIT_REACHED: {
    UNKNOWN_SYMPTOM_CHECKS: always('Too many requests for symptom checks that do not exist. Wait a minute.'),
    STARTED_SYMPTOM_CHECKS: always('Too many symptom checks were started. Wait a minute, or sign in.'),
  },
  RATE_LIMITED: {
    COST: ({ seconds }: { seconds: number }) =>
      `The limit on cost for one minute is used up. Retry in ${seconds} seconds.`,
  },
  OVERLOADED: {
    OPERATIONS: always('Too many operations are in progress. Retry in a moment.'),
    STREAMS: always('Too many bookings are being followed. Close a page that shows one, or ask again later.'),
    BODIES: always('Too many long requests are being received. Retry in a moment.'),
  },
  AUDIT_UNAVAILABLE: {
    TRAIL: always('Audit logging is unavailable, so requests are refused. Retry in a moment.'),
  },
  TIMED_OUT: {
    QUERY: ({ seconds }: { seconds: number }) =>
      `The query timed out after ${seconds} seconds. Retry, or request less data.`,
  },
  SERVICE_UNAVAILABLE: {
    PART: always('A part of the service is unavailable. Send the same request again in a few seconds.'),
  },
  INTERNAL_SERVER_ERROR: {
    REQUEST: always('Something went wrong on our side. Try again.'),
    OPERATION: always(
      'Something went wrong on our side. Try again. If it happens again, quote the reference.',
    ),
  },
} as const;

/** @returns every message of a code, with `{name}` in place of each parameter, for docs/errors.md. */
export function developerMessages(code: string): string[] {
  const placeholders = new Proxy({}, { get: (_, name) => `{${String(name)}}` });
  const messages: Readonly<Record<string, Readonly<Record<string, MessageTemplate<never>>>>> =
    DEVELOPERS_EN_GB;
  return Object.values(messages[code] ?? {}).map((message) => message(placeholders as never));
}
