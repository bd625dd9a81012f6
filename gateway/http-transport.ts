import { OperationTypeNode, type DocumentNode } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { ANONYMOUS, type Caller } from '../domain/caller';
import {
  CALLER_HEADER,
  callerSigner,
  REQUEST_ID_HEADER,
  SOURCE_HEADER,
  type CallerKeys,
} from '../domain/caller-token';
import { machineTimers, type Timers } from '../domain/timers';
import { traceHeaders } from '../platform/http/tracing';
import { outlastRestart } from './outlast-restart';
import { ClientDisconnected, pooledRequest, type PooledAnswer } from './pooled-request';
import type { SubgraphTransport } from './subgraph-transport';
import { SubgraphUnavailable } from './subgraph-unavailable';

/** What a subgraph of ours answers; its data is whatever the plan asked for. */
const Reply = z.object({
  data: z.record(z.string(), z.unknown()).nullable().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

const CONNECTIONS = 64;
/** Longer than any booking may take at a supplier. */
const TIMEOUT_MS = 30_000;
const CONNECT_WITHIN_MS = 5_000;
const CHECKED_WITHIN_MS = 2_000;
/** What it says where it does not take the gateway's word for a caller, or cannot serve just now. */
const UNAVAILABLE = new Set([401, 502, 503, 504]);

/**
 * A subgraph in another process, over a pool of kept-alive connections. The caller travels signed.
 * The gateway library's own fetcher would cost about a third of its CPU on a medium query.
 */
export function httpTransport(
  name: string,
  url: string,
  callerKeys: CallerKeys,
  timers: Timers = machineTimers,
): SubgraphTransport {
  const { origin, pathname } = new URL(url);
  const [current, ...earlier] = callerKeys;
  const sign = callerSigner(name, current);
  const earlierSigners = earlier.map((key) => callerSigner(name, key));
  const connect = { timeout: CONNECT_WITHIN_MS };
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    connect,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  // Of its own, so that whether a part is ready is heard while every other connection is in use.
  const checks = new Pool(origin, {
    connections: 1,
    connect,
    headersTimeout: CHECKED_WITHIN_MS,
    bodyTimeout: CHECKED_WITHIN_MS,
  });
  const sendThrough = outlastRestart(timers);

  /** @throws SubgraphUnavailable, NobodyWaits */
  async function send(onlyReads: boolean, request: () => Promise<PooledAnswer>): Promise<PooledAnswer> {
    try {
      return await sendThrough(request, onlyReads);
    } catch (error) {
      throw error instanceof ClientDisconnected
        ? error
        : new SubgraphUnavailable(name, 'does not answer.', error);
    }
  }

  /**
   * Sends in the caller's name, signed under the current secret. A part that does not take it has done nothing; while secrets are
   * rotated it may know only the one before, so it is asked again under that.
   */
  async function signed<Answered>(
    caller: Caller,
    sendAs: (token: string) => Promise<Answered>,
    isRefused: (answered: Answered) => boolean,
  ): Promise<Answered> {
    let answered = await sendAs(await sign(caller));
    for (const signEarlier of earlierSigners) {
      if (!isRefused(answered)) break;
      answered = await sendAs(await signEarlier(caller));
    }
    return answered;
  }

  return {
    async fetch({ query, document, variables, operationName }, { caller, requestId, source, onDisconnect }) {
      // A flat list: undici takes twice as long over an object that was spread together.
      const headers = (token: string) => [
        'content-type',
        'application/json',
        REQUEST_ID_HEADER,
        requestId,
        SOURCE_HEADER,
        source,
        CALLER_HEADER,
        token,
        ...Object.entries(traceHeaders()).flat(),
      ];
      const body = JSON.stringify({ query, variables, operationName });
      // Signed anew each time: a token may have expired while the part was restarted.
      const { status, text } = await send(onlyReads(document), () =>
        signed(
          caller,
          (token) =>
            pooledRequest(
              pool,
              { path: pathname, method: 'POST', body, headers: headers(token) },
              onDisconnect,
            ),
          (answer) => answer.status === 401,
        ),
      );
      if (UNAVAILABLE.has(status))
        throw new SubgraphUnavailable(name, `answered with HTTP status ${status}.`);
      if (status !== 200) throw new Error(`Subgraph ${name} answered with HTTP status ${status}.`);
      return Reply.parse(JSON.parse(text));
    },
    async ready() {
      const statusCode = await signed(
        ANONYMOUS,
        async (token) => {
          const headers = { [CALLER_HEADER]: token };
          const { statusCode: status, body } = await checks.request({
            path: '/health/ready',
            method: 'GET',
            headers,
          });
          await body.dump();
          return status;
        },
        (status) => status === 401,
      );
      if (statusCode === 401)
        throw new SubgraphUnavailable(
          name,
          'does not accept this gateway: give both the same GATEWAY_SECRET and clock.',
        );
      if (statusCode !== 200) throw new SubgraphUnavailable(name, 'is not ready.');
    },
    close: async () => {
      await Promise.all([pool.close(), checks.close()]);
    },
  };
}

/** A plan's fetch has one operation. */
function onlyReads({ definitions }: DocumentNode): boolean {
  return definitions.every(
    (definition) => !('operation' in definition) || definition.operation === OperationTypeNode.QUERY,
  );
}
