import { createServer, request as send } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** The public endpoint as the website reaches it, and every secret that the website has sent through it. */
export interface ApiTee {
  url: string;
  /** Tokens, and the ids of symptom checks, holds, slots and bookings. */
  secrets: Set<string>;
  /** While true no request is answered. */
  isDown: boolean;
  close(): Promise<void>;
}

/** Ids are long; the names of symptom checks and questions are not among these fields. */
const SECRET_FIELDS = /^(assessmentId|slotId|holdId|bookingId|patientId|id|deviceToken|idempotencyKey)$/;

export async function apiTee(target: string): Promise<ApiTee> {
  const secrets = new Set<string>();
  const tee: ApiTee = {
    url: '',
    secrets,
    isDown: false,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) secrets.add(authorization.replace('Bearer ', ''));
    if (tee.isDown) {
      request.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      collect(JSON.parse(Buffer.concat(chunks).toString() || '{}'), secrets);
    });
    const forwarded = send(
      new URL(request.url ?? '/', target),
      { method: request.method, headers: { ...request.headers, host: new URL(target).host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  tee.url = `http://127.0.0.1:${port}${new URL(target).pathname}`;
  return tee;
}

const Fields = z.record(z.string(), z.unknown());

function collect(value: unknown, secrets: Set<string>): void {
  const fields = Array.isArray(value) ? undefined : Fields.safeParse(value).data;
  for (const [name, one] of Object.entries(fields ?? {})) {
    if (typeof one === 'string' && SECRET_FIELDS.test(name)) secrets.add(one);
    else collect(one, secrets);
  }
}
