import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../domain/caller';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { disconnectedUnlessAnswered } from '../platform/http/client-disconnect';
import type { GatewayContext } from './gateway-context';

export interface RequestContext extends GatewayContext {
  /** Aborts all work for the request, as if the client had disconnected. */
  giveUp(): void;
}

export function requestContext(
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
  sourceOf: (request: IncomingMessage) => string,
): RequestContext {
  const abandonment = disconnectedUnlessAnswered(response);
  let source: string | undefined;
  return {
    caller,
    requestId: String(response.getHeader(REQUEST_ID_HEADER)),
    // A digest, which only those operations need that somebody without a token sends.
    get source() {
      return (source ??= sourceOf(request));
    },
    get signal() {
      return abandonment.signal;
    },
    onDisconnect: abandonment.onDisconnect,
    giveUp: abandonment.abandon,
  };
}
