import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../domain/caller';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { abortedUnlessAnswered } from '../http/aborted-unless-answered';
import type { GatewayContext } from './gateway-context';

export interface RequestContext extends GatewayContext {
  /** Ends what is under way for the request, as if the client had gone. */
  giveUp(): void;
}

/** Most operations never look at source and signal: they are made for those that do. */
export function requestContext(
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
  sourceOf: (request: IncomingMessage) => string,
): RequestContext {
  let controller: AbortController | undefined;
  let source: string | undefined;
  return {
    caller,
    requestId: String(response.getHeader(REQUEST_ID_HEADER)),
    get source() {
      return (source ??= sourceOf(request));
    },
    get signal() {
      return (controller ??= abortedUnlessAnswered(response)).signal;
    },
    giveUp() {
      controller?.abort();
    },
  };
}
