import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export type ApiFailureKind = 'SIGN_IN_REQUIRED' | 'NOT_ALLOWED' | 'TOO_MANY_REQUESTS' | 'UNAVAILABLE';

/** The API did not serve the operation; the message holds nothing of what was sent. */
export class ApiFailure extends Error {
  constructor(
    readonly operation: string,
    readonly kind: ApiFailureKind,
  ) {
    super(`${operation} was not served: ${kind}`);
    this.name = 'ApiFailure';
  }
}

/** Longer than a booking takes at a slow supplier. */
const DEADLINE_MS = 40_000;

const Manifest = z.object({ operations: z.array(z.object({ id: z.string(), name: z.string() })) });
const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }).optional() })).optional(),
});

/** Person for whom the website asks. */
export interface Caller {
  /** Undefined before signing in. */
  token: string | undefined;
}

export interface ApiCall {
  caller: Caller;
  variables: object;
}

/**
 * Sends a published operation to the public endpoint, by its id.
 * @throws ApiFailure where it is not served; an expected refusal is a member of the answer's union
 */
export type Send = <T>(operation: string, call: ApiCall, data: z.ZodType<T>) => Promise<T>;

export interface PublicApi {
  send: Send;
  /** Address of the public endpoint. */
  url: string;
  /** @throws Error for an operation that is not published */
  documentId(operation: string): string;
}

const OPERATIONS = join(__dirname, '..', '..', 'schema', 'operations');

/** @param url the public endpoint, for example `http://127.0.0.1:4000/graphql` */
export function publicApi(url: string, folder = OPERATIONS): PublicApi {
  const { operations } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  const ids = new Map(operations.map(({ name, id }) => [name, id]));
  const documentId = (operation: string) => {
    const id = ids.get(operation);
    if (id === undefined) throw new Error(`${operation} is no published operation.`);
    return id;
  };
  const send: Send = async (operation, { caller, variables }, data) => {
    const body = { documentId: documentId(operation), variables };
    const { content, status } = await post(url, operation, { caller, body });
    const answer = Answer.safeParse(content).data;
    const code = answer?.errors?.[0]?.extensions?.code;
    if (code !== undefined || status !== 200 || answer?.data == null)
      throw new ApiFailure(operation, failureKind(code, status));
    return data.parse(answer.data);
  };
  return { send, url, documentId };
}

async function post(
  url: string,
  operation: string,
  { caller, body }: { caller: Caller; body: object },
): Promise<{ content: unknown; status: number }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(caller) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return { content: await response.json(), status: response.status };
  } catch {
    throw new ApiFailure(operation, 'UNAVAILABLE');
  }
}

/** Headers by which the API knows who asks. */
export function headersOf({ token }: Caller): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Returns which page an error of the whole request leads to. */
export function failureKind(code: string | undefined, status: number): ApiFailureKind {
  if (code === 'UNAUTHENTICATED' || status === 401) return 'SIGN_IN_REQUIRED';
  if (code === 'FORBIDDEN' || status === 403) return 'NOT_ALLOWED';
  if (code === 'LIMIT_REACHED' || code === 'RATE_LIMITED' || status === 429) return 'TOO_MANY_REQUESTS';
  return 'UNAVAILABLE';
}
