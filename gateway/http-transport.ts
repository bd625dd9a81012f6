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

/** Answer of one of our subgraphs; its data has the shape that the plan asked for. */
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
/** Statuses with which a subgraph refuses the gateway's caller token, or cannot serve for now. */
const UNAVAILABLE = new Set([401, 502, 503, 504]);

/**
 * Reaches a subgraph in another process, over a pool of kept-alive connections. The caller travels signed.
 * The gateway library's own fetcher would cost about a third of its CPU on a medium query.
 */
export function httpTransport(
  name: string,
  url: string,
  callerKeys: CallerKeys,
  timers: Timers = machineTimers,
): SubgraphTransport {
  const { origin, pathname } = new URL(url);
  const pool = connections(origin, CONNECTIONS, TIMEOUT_MS);
  // A pool of its own, so that readiness is heard while every other connection is in use.
  const checks = connections(origin, 1, CHECKED_WITHIN_MS);
  const sendSigned = signedSender(name, callerKeys);
  const sendThrough = outlastRestart(timers);

  /** @throws SubgraphUnavailable, ClientDisconnected */
  async function send(isRead: boolean, request: () => Promise<PooledAnswer>): Promise<PooledAnswer> {
    try {
      return await sendThrough(request, isRead);
    } catch (error) {
      throw error instanceof ClientDisconnected
        ? error
        : new SubgraphUnavailable(name, 'does not answer.', error);
    }
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
      const post = (token: string) =>
        pooledRequest(pool, { path: pathname, method: 'POST', body, headers: headers(token) }, onDisconnect);
      // Signed anew each time: a token may have expired while the part was restarted.
      const { status, text } = await send(onlyReads(document), () =>
        sendSigned(caller, post, (answer) => answer.status === 401),
      );
      if (UNAVAILABLE.has(status))
        throw new SubgraphUnavailable(name, `answered with HTTP status ${status}.`);
      if (status !== 200) throw new Error(`Subgraph ${name} answered with HTTP status ${status}.`);
      return Reply.parse(JSON.parse(text));
    },
    ready: () => checkReady(name, checks, sendSigned),
    close: async () => {
      await Promise.all([pool.close(), checks.close()]);
    },
  };
}

function connections(origin: string, count: number, timeoutMs: number): Pool {
  return new Pool(origin, {
    connections: count,
    connect: { timeout: CONNECT_WITHIN_MS },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
}

type SendSigned = ReturnType<typeof signedSender>;

/**
 * Makes a sender in the caller's name, signed under the current secret. A part that does not take it has done nothing; while
 * secrets are rotated it may know only the one before, so the request is sent again under that.
 */
function signedSender(name: string, [current, ...earlier]: CallerKeys) {
  const sign = callerSigner(name, current);
  const earlierSigners = earlier.map((key) => callerSigner(name, key));

  return async function sendSigned<Reply>(
    caller: Caller,
    sendAs: (token: string) => Promise<Reply>,
    isRefused: (reply: Reply) => boolean,
  ): Promise<Reply> {
    let reply = await sendAs(await sign(caller));
    for (const signEarlier of earlierSigners) {
      if (!isRefused(reply)) break;
      reply = await sendAs(await signEarlier(caller));
    }
    return reply;
  };
}

/** @throws SubgraphUnavailable */
async function checkReady(name: string, checks: Pool, sendSigned: SendSigned): Promise<void> {
  const get = async (token: string) => {
    const headers = { [CALLER_HEADER]: token };
    const { statusCode, body } = await checks.request({ path: '/health/ready', method: 'GET', headers });
    await body.dump();
    return statusCode;
  };
  const status = await sendSigned(ANONYMOUS, get, (code) => code === 401);
  if (status === 401)
    throw new SubgraphUnavailable(
      name,
      'does not accept this gateway: give both the same GATEWAY_SECRET and clock.',
    );
  if (status !== 200) throw new SubgraphUnavailable(name, 'is not ready.');
}

/** A plan's fetch has one operation. */
function onlyReads({ definitions }: DocumentNode): boolean {
  return definitions.every(
    (definition) => !('operation' in definition) || definition.operation === OperationTypeNode.QUERY,
  );
}
