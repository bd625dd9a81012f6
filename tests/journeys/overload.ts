import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface Answered {
  status: number;
  ms: number;
  retryAfter: string | undefined;
  text: string;
}

export interface Asked {
  url: string;
  token?: string | undefined;
  body: string;
}

/** Enough that nobody waits for a connection: what waits, waits at the gateway. */
const agent = new Agent({ connections: 1_000, headersTimeout: 60_000 });

async function once({ url, token, body }: Asked): Promise<Answered> {
  const began = performance.now();
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await request(`${url}/graphql`, { method: 'POST', dispatcher: agent, headers, body });
  const text = await answer.body.text();
  const retryAfter = answer.headers['retry-after']?.toString();
  return { status: answer.statusCode, ms: performance.now() - began, retryAfter, text };
}

/** As many as `atOnce` wait for an answer at any time: what can be borne. */
export async function asked(what: Asked, atOnce: number, seconds: number): Promise<Answered[]> {
  const until = performance.now() + seconds * 1_000;
  const answers: Answered[] = [];
  const client = async () => {
    while (performance.now() < until) answers.push(await once(what));
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return answers;
}

/** So many a second, whatever becomes of those before: the world does not wait. */
export async function pouredOut(what: Asked, perSecond: number, seconds: number): Promise<Answered[]> {
  const began = performance.now();
  const answers: Promise<Answered>[] = [];
  for (let now = 0; now < seconds * 1_000; now = performance.now() - began) {
    while (answers.length < (perSecond * now) / 1_000) answers.push(once(what));
    await pause(5);
  }
  return Promise.all(answers);
}

/** The smallest value that at least `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
