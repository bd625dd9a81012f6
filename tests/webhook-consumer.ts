import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { readBody } from '../platform/http/read-body';
import { webhookVerifier } from './webhook-verifier';

/** Reaction of a front end to one event. */
export type Reaction = 'take' | 'hang' | 'drip' | 'reset' | 'redirect' | { status: number };

const WebhookEvent = z.strictObject({
  type: z.literal('booking.changed'),
  id: z.string(),
  bookingId: z.string(),
  reference: z.string(),
  status: z.string(),
  /** When and where the appointment was then. */
  practice: z.string().optional(),
  startsAt: z.iso.datetime().optional(),
  endsAt: z.iso.datetime().optional(),
  mode: z.string().optional(),
  occurredAt: z.iso.datetime(),
});
/** One event as it arrived; it is here only if its signature is right. */
export type WebhookEvent = z.infer<typeof WebhookEvent> & { body: string; taken: boolean };

/** A front end that listens: a real HTTP server, which verifies with the library that front ends use. */
export interface WebhookConsumer {
  url: string;
  secret: string;
  key: Uint8Array;
  /** Everything that came, in order, refused attempts included. */
  heard: WebhookEvent[];
  /** The ids that were taken, in the order in which each was taken first. */
  taken(): string[];
  /** Dead until it is started again, on the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** @param offsetMs offset of the sender's time from the machine's */
export async function webhookConsumer(
  react: (told: WebhookEvent, attempt: number) => Reaction = () => 'take',
  offsetMs = 0,
): Promise<WebhookConsumer> {
  const { secret, key, verify } = webhookVerifier(
    offsetMs === 0 ? undefined : () => new Date(Date.now() + offsetMs),
  );
  const heard: WebhookEvent[] = [];
  const sockets = new Set<Socket>();
  let server: Server;
  let port = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, 10_000);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const event = WebhookEvent.parse(verify(body, headers));
    if (headers['webhook-id'] !== event.id) throw new Error('The id in the header is another.');
    const attempt = heard.filter(({ id }) => id === event.id).length + 1;
    const reaction = react({ ...event, body, taken: false }, attempt);
    heard.push({ ...event, body, taken: reaction === 'take' });
    if (reaction === 'take') response.writeHead(200).end('ok');
    else if (reaction === 'reset') request.socket.resetAndDestroy();
    else if (reaction === 'redirect') response.writeHead(307, { location: '/elsewhere' }).end();
    else if (reaction === 'drip') drip(response);
    else if (reaction !== 'hang') response.writeHead(reaction.status).end('no');
  }

  async function start(): Promise<void> {
    server = createServer((request, response) => {
      answer(request, response).catch((error: unknown) => {
        heard.push({ ...NOT_UNDERSTOOD, body: String(error) });
        response.writeHead(400).end();
      });
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('An HTTP server listens on a port.');
    port = address.port;
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}/told`,
    secret,
    key,
    heard,
    taken: () => [...new Set(heard.filter(({ taken }) => taken).map(({ id }) => id))],
    start,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const NOT_UNDERSTOOD = {
  type: 'booking.changed' as const,
  id: 'not understood',
  bookingId: '',
  reference: '',
  status: '',
  occurredAt: '',
  taken: false,
};

/** Says that headers follow, and never ends them. */
function drip(response: ServerResponse): void {
  const { socket } = response;
  socket?.write('HTTP/1.1 200 OK\r\n');
  const timer = setInterval(() => socket?.write('x'), 50);
  socket?.once('close', () => {
    clearInterval(timer);
  });
}
