import { once } from 'node:events';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { machineTimers, pause, type Timers } from '../../domain/timers';

export interface Listening {
  /** For example `http://127.0.0.1:4000`, with the port that was really taken. */
  url: string;
  /**
   * Goes on serving for `drainMs`, then takes no new connection and lets what is under way finish. Every answer from the
   * first moment on ends its connection.
   */
  close(): Promise<void>;
}

/** Where to listen, and how long to wait for clients. */
export interface ListenSettings {
  host: string;
  /** 0 takes any that is free. */
  port: number;
  /** How long a connection is kept that asks nothing: longer than a load balancer keeps it (60 s, most often). */
  keepAliveMs?: number | undefined;
  /** How long requests are still taken after `close`, so that a load balancer can hear of it. */
  drainMs?: number | undefined;
  /** Called when `close` is: from then on the readiness check says no. */
  onStopping?: (() => void) | undefined;
  /** Within as long all headers of a request have to be there, or it is answered with 408 (RFC 9110, section 15.5.9). */
  headersMs?: number | undefined;
  /** Within as long the whole request has to be there. */
  requestMs?: number | undefined;
  /** Connections beyond these are closed at once. */
  maxConnections?: number | undefined;
  /** Of draining; the limits on requests are Node's own and pass with the machine's time. */
  timers?: Timers | undefined;
}

const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 10_000;
const REQUEST_MS = 20_000;
/** How often Node looks for requests that take too long. */
const CHECKED_EVERY_MS = 1_000;
/** A connection on which nothing moves: longer than any answer is worked on. */
const SILENT_MS = 120_000;
const MAX_CONNECTIONS = 4_000;
/** What a stopping server still waits for: the rest of a request, and a client that does not read its answer. */
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
    /** Of requests that were sent one after another without waiting, the last one's answer ends the connection. */
    endAfterAnswers(): void {
      isEnding = true;
      for (const [socket, answer] of lastAnswers)
        if (answer?.headersSent === false) answer.shouldKeepAlive = false;
        else if (answer?.writableFinished === false) answer.once('finish', () => socket.end());
    },
    /** Where nothing is being done: no request has come whole, or all are answered. */
    destroyUnfinished: () =>
      destroyWhere((answer) => answer?.req.complete !== true || answer.writableFinished),
    destroyUnread: () => destroyWhere((answer) => answer?.writableEnded === true),
  };
}
