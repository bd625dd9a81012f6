import { isUtf8 } from 'node:buffer';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import axios, { isAxiosError, type AxiosResponse } from 'axios';
import { asSupplierError, type ExchangeEvidence, NetworkError } from './exchange-evidence';
import type { HttpReply, HttpRequest } from './http-messages';

/**
 * Sends one request and reads its reply; a read whose kept connection turned out to be closed is sent once more.
 * @throws SupplierError TIMED_OUT when the signal is aborted, UNREACHABLE, BAD_REPLY.
 */
export type HttpClient = (
  request: HttpRequest,
  signal: AbortSignal,
  evidence: ExchangeEvidence,
) => Promise<HttpReply>;

export interface HttpClientOptions {
  supplier: string;
  /** Comes before every request's path. */
  baseUrl: string;
  maxResponseBytes?: number;
  /** Time for which a connection is kept without use. */
  idleMs?: number;
}

const TWO_MEGABYTES = 2 * 1024 * 1024;
/** Stays below the five seconds after which many servers close. */
const IDLE_MS = 3_000;

export function httpClient(options: HttpClientOptions): HttpClient {
  const { supplier, maxResponseBytes = TWO_MEGABYTES, idleMs = IDLE_MS } = options;
  const client = axios.create({
    maxContentLength: maxResponseBytes,
    maxRedirects: 0,
    proxy: false,
    responseType: 'arraybuffer',
    transformRequest: [(body: unknown) => body],
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
  });
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const kept = agents({ keepAlive: true, timeout: idleMs });
  const own = agents({ keepAlive: false });

  async function exchange(
    request: HttpRequest,
    signal: AbortSignal,
    evidence: ExchangeEvidence,
    connections = request.effect === undefined ? kept : own,
  ): Promise<HttpReply> {
    try {
      const response: AxiosResponse<unknown> = await client.request({
        method: request.method,
        url: baseUrl + request.path,
        params: searchParams(request),
        headers: { ...request.headers },
        ...(request.body === undefined ? {} : { data: request.body }),
        signal,
        ...connections,
        transport: watchedTransport(evidence),
      });
      return {
        status: response.status,
        headers: withLowerCaseNames(response.headers),
        body: readableText(response.data),
      };
    } catch (error) {
      if (connections === kept && wasClosedMeanwhile(error, evidence))
        return exchange(request, signal, evidence, own);
      const cause = isAxiosError(error) ? new NetworkError(error.code ?? 'unknown network failure') : error;
      throw asSupplierError(supplier, cause, evidence, signal);
    }
  }

  return exchange;
}

/** Returns nothing for bytes that are not UTF-8: an adapter takes an empty body for a reply that cannot be read. */
function readableText(bytes: unknown): string {
  return Buffer.isBuffer(bytes) && isUtf8(bytes) ? bytes.toString('utf8').replace(/^\uFEFF/, '') : '';
}

function agents(options: http.AgentOptions) {
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}

function wasClosedMeanwhile(error: unknown, { keptConnection, responseStarted }: ExchangeEvidence): boolean {
  return keptConnection && !responseStarted && isAxiosError(error) && error.code === 'ECONNRESET';
}

function searchParams({ query = [] }: HttpRequest): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of query) params.append(name, value);
  return params;
}

/** Makes Node's own client note the moment from which request bytes can have left. */
function watchedTransport(evidence: ExchangeEvidence) {
  return {
    request(options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void) {
      const isSecure = options.protocol === 'https:';
      const request = (isSecure ? https : http).request(options, onResponse);
      request.once('socket', (socket: Socket) => {
        evidence.keptConnection = request.reusedSocket;
        // Over TLS nothing of the request leaves before the handshake has ended.
        if (socket.connecting)
          socket.once(isSecure ? 'secureConnect' : 'connect', () => (evidence.sent = true));
        else evidence.sent = true;
      });
      request.once('response', () => {
        evidence.sent = true;
        evidence.responseStarted = true;
      });
      return request;
    },
  };
}

function withLowerCaseNames(headers: AxiosResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
