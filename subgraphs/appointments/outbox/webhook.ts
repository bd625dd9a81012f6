import { createHmac } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import { backgroundTimers, type Timers } from '../../../domain/timers';

export interface WebhookSettings {
  /** The address that events are posted to. */
  url: string;
  /** Keys that both sides sign and verify with. With several, each signs: a receiver needs one of them. */
  keys: readonly Uint8Array[];
}

/** The result of one attempt; `answer` may be logged: a status, or what went wrong on the way. */
export interface Attempt {
  taken: boolean;
  answer: string;
}

/** A message to post: JSON, the same bytes at every attempt, under an id without a full stop. */
export interface WebhookEvent {
  id: string;
  body: string;
}

export interface Webhook {
  /** Posts an event once. Never throws. @param withinMs limit for everything together. */
  post(event: WebhookEvent, withinMs: number): Promise<Attempt>;
  /** Closes the connections that are kept. */
  close(): Promise<void>;
}

/**
 * An address that is told in the manner of https://www.standardwebhooks.com: an id that stays the same however
 * often a change is told, and signatures over id, time and body. Any 2xx means that it was taken; its body is not read.
 * @param atOnce connections at most.
 */
export function webhook(
  { url, keys }: WebhookSettings,
  atOnce: number,
  now: () => Date,
  timers: Timers = backgroundTimers,
): Webhook {
  const dispatcher = new Agent({ connections: atOnce });
  return {
    async post({ id, body }, withinMs) {
      const timestamp = Math.floor(now().getTime() / 1000).toString();
      const signed = `${id}.${timestamp}.${body}`;
      const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      const deadline = new AbortController();
      const cancel = timers.after(withinMs, () => deadline.abort());
      try {
        const response = await fetch(url, {
          dispatcher,
          method: 'POST',
          // Whoever could redirect events could read them.
          redirect: 'manual',
          signal: deadline.signal,
          headers: {
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': signatures.join(' '),
          },
          body,
        });
        // An answer that never ends must not keep the connection.
        await response.body?.cancel().catch(() => undefined);
        return { taken: response.ok, answer: `STATUS ${response.status}` };
      } catch (error) {
        return { taken: false, answer: deadline.signal.aborted ? 'TIMED_OUT' : wentWrong(error) };
      } finally {
        cancel();
      }
    },
    close: () => dispatcher.close(),
  };
}

const NetworkFailure = z.object({ cause: z.object({ code: z.string() }) });

function wentWrong(error: unknown): string {
  return NetworkFailure.safeParse(error).data?.cause.code ?? 'UNREACHABLE';
}
