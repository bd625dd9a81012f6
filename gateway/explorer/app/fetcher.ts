import { createGraphiQLFetcher, formatResult, type Fetcher } from '@graphiql/toolkit';
import { askedAnswers } from './asked-answers';

export const ASKED = askedAnswers();

/** Sends operations to the gateway, and remembers what each answer was asked for. */
export function gatewayFetcher(): Fetcher {
  // The API answers each operation at once.
  const send = createGraphiQLFetcher({ url: '/graphql', enableIncrementalDelivery: false });
  return async (parameters, options) => {
    const at = new Date();
    const answer: unknown = await send(parameters, options);
    const variables: unknown = parameters.variables;
    const operation = parameters.operationName ?? operationName(parameters.query);
    ASKED.remember(formatResult(answer), { operation, variables, at });
    // createGraphiQLFetcher's own type, which has no name: without subscriptions it is one answer.
    return answer as Awaited<ReturnType<Fetcher>>;
  };
}

/** GraphiQL has no name yet for what was typed just before it was run. */
function operationName(query: string): string {
  return /^\s*(?:query|mutation)\s+(\w+)/m.exec(query)?.[1] ?? 'answer';
}
