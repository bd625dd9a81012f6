import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Time for which the service asks for it. */
const HOURS = 12;
const TOKEN = /^[\w-]{32}$/;

const nameOf = (isSecure: boolean) => (isSecure ? '__Host-device' : 'device');

/**
 * Returns the random text by which the service recognises somebody who starts again after an emergency. It is kept in
 * the browser, and nowhere here.
 */
export function deviceToken(request: FastifyRequest, reply: FastifyReply, isSecure: boolean): string {
  const name = nameOf(isSecure);
  const kept = new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
  const token = TOKEN.test(kept) ? kept : randomBytes(24).toString('base64url');
  write(reply, isSecure, { token, maxAge: HOURS * 3_600 });
  return token;
}

export function forgetDevice(reply: FastifyReply, isSecure: boolean): void {
  write(reply, isSecure, { token: '', maxAge: 0 });
}

function write(
  reply: FastifyReply,
  isSecure: boolean,
  { token, maxAge }: { token: string; maxAge: number },
): void {
  const secure = isSecure ? '; Secure' : '';
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
  reply.header('set-cookie', `${nameOf(isSecure)}=${token}; ${attributes}`);
}
