import { once } from 'node:events';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { machineTimers, pause, type Timers } from '../../domain/timers';

export interface Listening {
  /** For example `http://127.0.0.1:4000`, with the port that was really taken. */
  url: string;
  /**
   * Goes on serving for `drainMs`, then accepts no new connection and finishes requests in progress. Every answer
   * from the first moment on ends its connection.
   */
  close(): Promise<void>;
}

/** Address to listen on, and limits on waiting for clients. */
export interface ListenSettings {
  host: string;
  /** 0 takes any that is free. */
  port: number;
  /** Time for which an idle connection is kept: longer than a load balancer keeps it (60 s, most often). */
  keepAliveMs?: number | undefined;
  /** Time for which requests are still accepted after `close`, so that a load balancer can notice. */
  drainMs?: number | undefined;
  /** Called when `close` is: from then on the readiness check fails. */
  onStopping?: (() => void) | undefined;
  /**
   * Time within which all headers of a request have to arrive; otherwise the answer is 408 (RFC 9110, section
   * 15.5.9).
   */
  headersMs?: number | undefined;
  /** Within as long the whole request has to be there. */
  requestMs?: number | undefined;
  /** Connections beyond these are closed at once. */
  maxConnections?: number | undefined;
  /** Timers for draining; the limits on requests are Node's own and use the machine's time. */
  timers?: Timers | undefined;
}

const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 10_000;
const REQUEST_MS = 20_000;
/** Interval at which Node looks for requests that take too long. */
const CHECKED_EVERY_MS = 1_000;
/** A connection on which nothing moves: longer than any answer is worked on. */
const SILENT_MS = 120_000;
const MAX_CONNECTIONS = 4_000;
/** Time that a stopping server allows for unfinished requests, and for clients that do not read their answer. */
const UNFINISHED_MS = 2_000;
const UNREAD_MS = 10_000;

/**
 * Starts an HTTP server whose connections are bounded in number and in time.
 * @throws Error with a `code` such as EADDRINUSE, and the `port`.
 */
export async function listen(handle: RequestListener, settings: ListenSettings): Promise<Listening> {
  const { headersMs = HEADERS_MS, requestMs = REQUEST_MS } = settings;
  const connections = openConnections();
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECKED_EVERY_MS, headersMs, requestMs),
      keepAliveTimeout: settings.keepAliveMs ?? KEEP_ALIVE_MS,
    },
    (request, response) => {
      connections.serve(response);
      handle(request, response);
    },
  );
  server.timeout = SILENT_MS;
  server.maxConnections = settings.maxConnections ?? MAX_CONNECTIONS;
  server.on('connection', connections.add);
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  return {
    url: `http://${settings.host}:${portOf(server)}`,
    close: () => stop(server, connections, settings),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('An HTTP server listens on a port.');
  return address.port;
}

async function stop(
  server: Server,
  connections: OpenConnections,
  { drainMs = 0, onStopping, timers = machineTimers }: ListenSettings,
): Promise<void> {
  onStopping?.();
  connections.endAfterAnswers();
  if (drainMs > 0) await pause(timers, drainMs);
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cancelled = [
    timers.after(UNFINISHED_MS, connections.destroyUnfinished),
    timers.after(UNREAD_MS, connections.destroyUnread),
  ];
  await closed;
  for (const cancel of cancelled) cancel();
}

type OpenConnections = ReturnType<typeof openConnections>;

/** Every open connection, with the last request on it whose headers have come. */
function openConnections() {
  const lastAnswers = new Map<Socket, ServerResponse | undefined>();
  let isEnding = false;

  function destroyWhere(isLeft: (lastAnswer: ServerResponse | undefined) => boolean): void {
    for (const [socket, answer] of lastAnswers) if (isLeft(answer)) socket.destroy();
  }

  return {
    add(socket: Socket): void {
      lastAnswers.set(socket, undefined);
      socket.once('close', () => lastAnswers.delete(socket));
    },
    serve(response: ServerResponse): void {
      lastAnswers.set(response.req.socket, response);
      if (isEnding) response.shouldKeepAlive = false;
    },
    /** Ends the connection after the last answer, where requests were pipelined. */
    endAfterAnswers(): void {
      isEnding = true;
      for (const [socket, answer] of lastAnswers)
        if (answer?.headersSent === false) answer.shouldKeepAlive = false;
        else if (answer?.writableFinished === false) answer.once('finish', () => socket.end());
    },
    /** Destroys idle connections: those without a complete request, or with all requests answered. */
    destroyUnfinished: () =>
      destroyWhere((answer) => answer?.req.complete !== true || answer.writableFinished),
    destroyUnread: () => destroyWhere((answer) => answer?.writableEnded === true),
  };
}
