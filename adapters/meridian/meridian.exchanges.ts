import type { OdsCode } from '../../domain/ods-code';
import type { Context, ContextRequest } from '../adapter';
import { SupplierError } from '../gp-system';
import { parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { sessionCache } from '../session-cache';
import type { AdapterOptions } from '../supplier';
import { manifest } from './meridian.manifest';
import { Fault, Token } from './meridian.replies';

const { id: supplier, sessionTtlMs = 1, limits } = manifest;
/** One token serves all practices. */
const EVERYBODY = 'everybody';

/** Requests in the name of this service, with its token. */
export function meridianExchanges({ now, settings }: AdapterOptions) {
  const tokens = sessionCache<string>({ ttlMs: sessionTtlMs, now });

  async function fetchToken(context: Context): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: settings['CLIENT_ID'] ?? '',
      client_secret: settings['CLIENT_SECRET'] ?? '',
      scope: 'appointments',
    });
    const reply = await context.send({
      method: 'POST',
      path: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
      timeoutMs: limits.timeoutMs.read,
      servesEverybody: true,
    });
    const failure = statusError(supplier, reply);
    if (failure) throw failure;
    return parseJson(supplier, Token, reply.body).access_token;
  }

  async function sendWith(token: string, request: ContextRequest, practice: OdsCode, context: Context) {
    const headers = {
      ...request.headers,
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      authorization: `Bearer ${token}`,
      'x-tenant': practice,
    };
    return context.send({ ...request, headers });
  }

  /** Sends a request, with a new token once where the one that we had has ended. */
  async function send(request: ContextRequest, practice: OdsCode, context: Context): Promise<HttpReply> {
    const token = () => tokens.get(EVERYBODY, () => fetchToken(context));
    const first = await token();
    const reply = await sendWith(first, request, practice, context);
    if (!saysExpired(reply)) return reply;
    // The document promises that nothing was done then.
    context.commandProvenUndone();
    tokens.drop(EVERYBODY, first);
    const second = await sendWith(await token(), request, practice, context);
    if (!saysExpired(second)) return second;
    context.commandProvenUndone();
    throw new SupplierError(supplier, 'NOT_AUTHENTICATED', { mayHaveBeenSent: false });
  }

  return { send };
}

function saysExpired(reply: HttpReply): boolean {
  return reply.status === 401 && faultIn(reply) === 'token_expired';
}

/** The supplier's own word for a failure; empty where the body is not its own. */
export function faultIn({ body }: HttpReply): string {
  try {
    return Fault.safeParse(JSON.parse(body)).data?.fault ?? '';
  } catch {
    return '';
  }
}
