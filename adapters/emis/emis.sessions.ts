import type { z } from 'zod';
import type { Context, ContextRequest } from '../adapter';
import { SupplierError } from '../gp-system';
import type { LinkedPatient } from '../linkage-of';
import { badReply, parseJson, statusError } from '../http/parse-reply';
import { sessionCache } from '../session-cache';
import type { HttpReply } from '../http/http-messages';
import { manifest } from './emis.manifest';
import { isUnauthorised } from './emis.outcomes';
import { EndUserSession, Session } from './emis.replies';

export interface EmisOptions {
  now: () => Date;
  applicationId?: string;
}

interface EmisSession {
  endUserSessionId: string;
  sessionId: string;
  linkToken: string;
}

/** Makes a request of a logged-on patient; the session's own headers are added. */
export type SessionRequest = (
  session: EmisSession,
) => Omit<ContextRequest, 'headers' | 'body'> & { body?: object };

/** Sends a request in the patient's session, logging on first where there is none. */
export type SendInSession = (
  patient: LinkedPatient,
  request: SessionRequest,
  context: Context,
) => Promise<HttpReply>;

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;

/** Logs patients on in two stages, and speaks for them until the session ends. */
export function emisSessions(options: EmisOptions) {
  const { now, applicationId = 'gp-booking-gateway' } = options;
  const sessions = sessionCache<EmisSession>({ ttlMs: manifest.sessionTtlMs ?? 1, now });

  const headers = (more: Readonly<Record<string, string>> = {}) => ({
    accept: 'application/json',
    'content-type': 'application/json',
    'x-api-applicationid': applicationId,
    'x-api-version': '2.1.0.0',
    ...more,
  });

  async function logOn({ practice, userId }: LinkedPatient, context: Context): Promise<EmisSession> {
    const { EndUserSessionId: endUserSessionId } = read(EndUserSession, await endUserSession(context));
    const reply = await context.send({
      method: 'POST',
      timeoutMs: timeoutMs.read,
      path: '/sessions',
      headers: headers({ 'x-api-endusersessionid': endUserSessionId }),
      body: JSON.stringify({ AccessIdentityGuid: userId, NationalPracticeCode: practice }),
    });
    const { SessionId: sessionId, UserPatientLinks } = read(Session, reply);
    const self = UserPatientLinks.find(
      ({ AssociationType, NationalPracticeCode = practice }) =>
        AssociationType === 'Self' && NationalPracticeCode === practice,
    );
    if (!self) throw badReply(supplier, 'the session has no link to the patient');
    return { endUserSessionId, sessionId, linkToken: self.UserPatientLinkToken };
  }

  function sendWith(
    session: EmisSession,
    sessionRequest: SessionRequest,
    context: Context,
  ): Promise<HttpReply> {
    const { body, ...request } = sessionRequest(session);
    const own = { 'x-api-endusersessionid': session.endUserSessionId, 'x-api-sessionid': session.sessionId };
    return context.send({ ...request, headers: headers(own), ...(body && { body: JSON.stringify(body) }) });
  }

  /** The unauthorised answer says that nothing was done, so the session is renewed once for commands too. */
  const send: SendInSession = async (patient, request, context) => {
    const session = () => sessions.get(patient.cacheKey, () => logOn(patient, context));
    const first = await session();
    const reply = await sendWith(first, request, context);
    if (!isUnauthorised(reply)) return reply;
    context.commandProvenUndone();
    sessions.drop(patient.cacheKey, first);
    return sendWith(await session(), request, context);
  };

  /** There is no health resource; a log-on's first stage needs no patient. */
  function endUserSession(context: Context): Promise<HttpReply> {
    const path = '/sessions/endusersession';
    return context.send({ method: 'POST', path, headers: headers(), timeoutMs: timeoutMs.read });
  }

  return { send, checkReachable: endUserSession };
}

/** @throws SupplierError for everything but the promised reply. */
export function read<T>(schema: z.ZodType<T>, reply: HttpReply): T {
  if (isUnauthorised(reply))
    throw new SupplierError(supplier, 'NOT_AUTHENTICATED', { mayHaveBeenSent: true, status: reply.status });
  const failure = statusError(supplier, reply);
  if (failure) throw failure;
  return parseJson(supplier, schema, reply.body);
}
