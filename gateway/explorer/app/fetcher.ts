import { createGraphiQLFetcher, formatResult, type Fetcher } from '@graphiql/toolkit';
import { askedAnswers } from './asked-answers';
import { tokenIn } from './token';
import { TOKEN } from './token-store';

export const ASKED = askedAnswers();

/**
 * Sends operations to the gateway with the token, and remembers what each answer was asked for.
 * @param schemaIsPublic true: a schema that is refused with this token is asked for without it
 */
export function gatewayFetcher(schemaIsPublic: boolean): Fetcher {
  // The API answers each operation at once.
  const options = { url: '/graphql', enableIncrementalDelivery: false };
  const send = createGraphiQLFetcher({ ...options, fetch: sendWithToken });
  const sendAsNobody = createGraphiQLFetcher({ ...options, fetch: (...request) => fetch(...request) });
  return async (parameters, fetcherOptions) => {
    const at = new Date();
    const isSchema = parameters.operationName === 'IntrospectionQuery';
    let answer: unknown = await send(parameters, fetcherOptions);
    if (isSchema && schemaIsPublic && TOKEN.state().refusal !== null) answer = await sendAsNobody(parameters);
    if (!isSchema) {
      const variables: unknown = parameters.variables;
      const operation = parameters.operationName ?? operationName(parameters.query);
      ASKED.remember(formatResult(answer), { operation, variables, at });
    }
    // createGraphiQLFetcher's own type, which has no name: without subscriptions it is one answer.
    return answer as Awaited<ReturnType<Fetcher>>;
  };
}

/** Headers that a person wrote come first; where they have no token, that of the page goes along. */
const sendWithToken: typeof fetch = async (address, init) => {
  const headers = new Headers(init?.headers);
  const { token } = TOKEN.state();
  if (token !== null && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(address, { ...init, headers });
  const sent = tokenIn(headers.get('authorization') ?? '');
  if (sent !== null) TOKEN.judged(sent, response.status === 401 ? await refusalIn(response.clone()) : null);
  return response;
};

async function refusalIn(response: Response): Promise<string> {
  const answer: unknown = await response.json().catch(() => null);
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(JSON.stringify(answer))?.[1];
  return message === undefined ? 'The gateway does not say why.' : String(JSON.parse(`"${message}"`));
}

/** GraphiQL has no name yet for what was typed just before it was run. */
function operationName(query: string): string {
  return /^\s*(?:query|mutation)\s+(\w+)/m.exec(query)?.[1] ?? 'answer';
}
