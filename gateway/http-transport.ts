import { Pool } from 'undici';
import { z } from 'zod';
import { CALLER_HEADER, callerSigner, REQUEST_ID_HEADER, SOURCE_HEADER } from '../domain/caller-token';
import { traceHeaders } from '../http/tracing';
import { pooledRequest } from './pooled-request';
import type { SubgraphTransport } from './subgraph-transport';

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

/**
 * A subgraph in another process, over a pool of kept-alive connections. The caller travels signed.
 * The gateway library's own fetcher would cost about a third of its CPU on a medium query.
 */
export function httpTransport(name: string, url: string, callerKey: Uint8Array): SubgraphTransport {
  const { origin, pathname } = new URL(url);
  const sign = callerSigner(name, callerKey);
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  return {
    async fetch({ query, variables, operationName }, { caller, requestId, source, onAbandoned }) {
      const headers = {
        'content-type': 'application/json',
        [CALLER_HEADER]: await sign(caller),
        [REQUEST_ID_HEADER]: requestId,
        [SOURCE_HEADER]: source,
        ...traceHeaders(),
      };
      const body = JSON.stringify({ query, variables, operationName });
      const request = { path: pathname, method: 'POST', headers, body } as const;
      const { status, text } = await pooledRequest(pool, request, onAbandoned);
      if (status !== 200) throw new Error(`Subgraph ${name} answered with HTTP status ${status}.`);
      return Reply.parse(JSON.parse(text));
    },
    async ready() {
      const { statusCode, body } = await pool.request({ path: '/health/ready', method: 'GET' });
      await body.dump();
      if (statusCode !== 200) throw new Error(`Subgraph ${name} is not ready.`);
    },
    close: () => pool.close(),
  };
}
