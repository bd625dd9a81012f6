import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { readBody } from '../platform/http/read-body';
import { webhookVerifier } from './webhook-verifier';

/** Complete body of a notice to a practice; any further field would be an error. */
const Notice = z.strictObject({
  type: z.enum(['patient.booked-elsewhere', 'patient.moved-elsewhere', 'patient.cancelled-elsewhere']),
  id: z.string(),
  practice: z.string(),
  sequence: z.number(),
  nhsNumber: z.string(),
  bookingReference: z.string(),
  bookedAt: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  mode: z.string(),
  because: z.string().nullable(),
  occurredAt: z.iso.datetime(),
});
export type Notice = z.infer<typeof Notice>;

/**
 * Starts a receiver of notices for practices: a real HTTP server, which verifies with the usual library.
 * @param now the sender's time of day, where it is not the machine's.
 */
export async function practiceWebhook(
  takes: (notice: Notice, attempt: number) => boolean = () => true,
  now?: () => Date,
) {
  const { key, verify } = webhookVerifier(now);
  const heard: (Notice & { taken: boolean; body: string })[] = [];
  const server = createServer((request, response) => {
    void readBody(request, 10_000).then((body) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const notice = Notice.parse(verify(body, headers));
      const taken = takes(notice, heard.filter(({ id }) => id === notice.id).length + 1);
      heard.push({ ...notice, taken, body });
      response.writeHead(taken ? 204 : 503).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('An HTTP server listens on a port.');
  return {
    settings: { url: `http://127.0.0.1:${address.port}/`, keys: [key] },
    heard,
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
