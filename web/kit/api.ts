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

const Manifest = z.object({
  operations: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })),
});
const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }).optional() })).optional(),
});

/** Person for whom the website asks. */
export interface Caller {
  /** Undefined before signing in. */
  token: string | undefined;
  /** Address of the person's own machine, by which the API counts those who have not signed in. */
  address: string;
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
  /**
   * Follows a booking by a published query for it: the answer now, and each time that it is another, until the API ends
   * the stream or the signal does.
   * @throws ApiFailure where it cannot be followed: ask for it every few seconds instead
   */
  follow<T>(
    operation: string,
    call: ApiCall & { signal: AbortSignal },
    data: z.ZodType<T>,
  ): AsyncGenerator<T>;
}

const OPERATIONS = join(__dirname, '..', '..', 'schema', 'operations');

export interface ApiAddress {
  /** The public endpoint, for example `http://127.0.0.1:4000/graphql`. */
  url: string;
  /** Key by which the API believes this server whose address it asks for; undefined: everybody is counted as this server. */
  frontEndKey: string | undefined;
}

export function publicApi({ url, frontEndKey }: ApiAddress, folder = OPERATIONS): PublicApi {
  const headersOf = ({ token, address }: Caller): Record<string, string> => ({
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(frontEndKey !== undefined && { 'x-front-end-key': frontEndKey, 'x-forwarded-for': address }),
  });
  const { operations } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  const documents = new Map(operations.map((document) => [document.name, document]));
  const documentOf = (operation: string) => {
    const document = documents.get(operation);
    if (document === undefined) throw new Error(`${operation} is no published operation.`);
    return document;
  };
  const send: Send = async (operation, { caller, variables }, data) => {
    const body = { documentId: documentOf(operation).id, variables };
    const { content, status } = await post(url, operation, { headers: headersOf(caller), body });
    const answer = Answer.safeParse(content).data;
    const code = answer?.errors?.[0]?.extensions?.code;
    if (code !== undefined || status !== 200 || answer?.data == null)
      throw new ApiFailure(operation, failureKind(code, status));
    return data.parse(answer.data);
  };
  return {
    send,
    async *follow(operation, { caller, variables, signal }, data) {
      const { createClient } = await import('graphql-sse');
      if (signal.aborted) return;
      const client = createClient({ url: `${url}/follow`, headers: headersOf(caller), retryAttempts: 0 });
      const answers = client.iterate({ query: documentOf(operation).body, variables: { ...variables } });
      const stop = () => void answers.return?.();
      signal.addEventListener('abort', stop, { once: true });
      try {
        for await (const answer of answers) {
          if (answer.data == null) throw new ApiFailure(operation, 'UNAVAILABLE');
          yield data.parse(answer.data);
        }
      } catch (error) {
        throw error instanceof ApiFailure ? error : new ApiFailure(operation, 'UNAVAILABLE');
      } finally {
        signal.removeEventListener('abort', stop);
        client.dispose();
      }
    },
  };
}

async function post(
  url: string,
  operation: string,
  { headers, body }: { headers: Record<string, string>; body: object },
): Promise<{ content: unknown; status: number }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return { content: await response.json(), status: response.status };
  } catch {
    throw new ApiFailure(operation, 'UNAVAILABLE');
  }
}

/** Returns which page an error of the whole request leads to. */
export function failureKind(code: string | undefined, status: number): ApiFailureKind {
  if (code === 'UNAUTHENTICATED' || status === 401) return 'SIGN_IN_REQUIRED';
  if (code === 'FORBIDDEN' || status === 403) return 'NOT_ALLOWED';
  if (code === 'LIMIT_REACHED' || code === 'RATE_LIMITED' || status === 429) return 'TOO_MANY_REQUESTS';
  return 'UNAVAILABLE';
}
