import { createHmac } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import type { UntoldChange } from '../ledger/telling';

export interface WebhookSettings {
  /** Where changes are posted to. */
  url: string;
  /** What both sides sign and verify with. */
  key: Uint8Array;
}

/** What came of one attempt; `answer` is what may be logged: a status, or what went wrong on the way. */
export interface Attempt {
  taken: boolean;
  answer: string;
}

export interface Webhook {
  /** Posts a change once. Never throws. @param withinMs of everything together. */
  post(change: UntoldChange, withinMs: number): Promise<Attempt>;
  /** Closes the connections that are kept. */
  close(): Promise<void>;
}

/**
 * The front end's address, told in the manner of https://www.standardwebhooks.com: an id that stays the same however
 * often a change is told, and a signature over id, time and body. Any 2xx means that it was taken; its body is not read.
 * @param atOnce connections at most.
 */
export function webhook({ url, key }: WebhookSettings, atOnce: number, now: () => Date): Webhook {
  const dispatcher = new Agent({ connections: atOnce });
  return {
    async post(change, withinMs) {
      const id = eventId(change);
      const body = bodyOf(id, change);
      const timestamp = Math.floor(now().getTime() / 1000).toString();
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      try {
        const response = await fetch(url, {
          dispatcher,
          method: 'POST',
          // Whoever could redirect a front end's events could read them.
          redirect: 'manual',
          signal: AbortSignal.timeout(Math.max(0, Math.round(withinMs))),
          headers: {
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${signature}`,
          },
          body,
        });
        // An answer that never ends must not keep the connection.
        await response.body?.cancel().catch(() => undefined);
        return { taken: response.ok, answer: `STATUS ${response.status}` };
      } catch (error) {
        return { taken: false, answer: wentWrong(error) };
      }
    },
    close: () => dispatcher.close(),
  };
}

/** Without a full stop, which separates the parts of what is signed. */
function eventId({ bookingId, version }: UntoldChange): string {
  return `${bookingId}-${version}`;
}

/** The same bytes at every attempt, and nothing about the person: who may know more asks the API. */
function bodyOf(id: string, { bookingId, reference, status, at }: UntoldChange): string {
  const occurredAt = at.toISOString();
  return JSON.stringify({ type: 'booking.changed', id, bookingId, reference, status, occurredAt });
}

const NetworkFailure = z.object({ cause: z.object({ code: z.string() }) });

function wentWrong(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'TIMED_OUT';
  return NetworkFailure.safeParse(error).data?.cause.code ?? 'UNREACHABLE';
}
