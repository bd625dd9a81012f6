import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Context } from '../adapter';
import { SupplierError } from '../gp-system';
import type { LinkedPatient } from '../linkage-of';
import { badReply, parseAs, statusError } from '../http/parse-reply';
import { sessionCache } from '../session-cache';
import type { Effect, HttpReply } from '../http/http-messages';
import { oneAtATime } from './one-at-a-time';
import { manifest } from './tpp.manifest';
import { errorOf, isLoggedOff, type TppMessage } from './tpp.outcomes';
import { AuthenticateReply, Owned, SupplierFailure } from './tpp.replies';
import { readXml, xmlElement } from '../xml/xml';

export interface TppOptions {
  now: () => Date;
  providerId?: string;
}

interface TppSession {
  suid: string;
  patientId: string;
  onlineUserId: string;
  /** Queues messages: a suid serves one at a time. */
  enqueue: ReturnType<typeof oneAtATime>;
}

export interface Message {
  name: TppMessage;
  attributes: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  effect?: Effect;
}

/** The reply's element, or the error that stands in its place, or an HTTP failure. */
export type Answer =
  | { kind: 'REPLY'; value: unknown }
  | { kind: 'ERROR'; failure: SupplierFailure }
  | { kind: 'STATUS'; error: SupplierError; reply: HttpReply };

/** Sends a message in the patient's session, logging on first where there is none. */
export type SendInSession = (patient: LinkedPatient, message: Message, context: Context) => Promise<Answer>;

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;

/** Logs patients on, and speaks for each, one message at a time, until the session ends. */
export function tppSessions(options: TppOptions) {
  const { now, providerId = 'gp-booking-gateway' } = options;
  const sessions = sessionCache<TppSession>({ ttlMs: manifest.sessionTtlMs ?? 1, now });

  async function post(message: Message, context: Context, suid?: string, children: readonly string[] = []) {
    const { name, attributes } = message;
    const headers = { 'content-type': 'text/xml; charset=utf-8', type: name, ...(suid && { suid }) };
    // A uuid of its own for every message: no promise is known that a repeated one would be recognised.
    const body = xmlElement(name, { apiVersion: '1', uuid: randomUUID(), ...attributes }, children);
    const reply = await context.send({
      method: 'POST',
      path: '',
      headers,
      body,
      timeoutMs: message.timeoutMs,
      ...(message.effect && { effect: message.effect }),
    });
    return { reply, answer: answerOf(name, reply) };
  }

  async function logOn(
    { practice, userId, key, birthDate }: LinkedPatient,
    context: Context,
  ): Promise<TppSession> {
    const application = xmlElement('Application', {
      name: 'GPBookingGateway',
      version: '1',
      providerId,
      deviceType: 'web',
    });
    const attributes = { accountId: userId, passphrase: key, unitId: practice };
    const message: Message = { name: 'Authenticate', attributes, timeoutMs: timeoutMs.read };
    const { reply, answer } = await post(message, context, undefined, [application]);
    const loggedOn = valueOf(AuthenticateReply, 'Authenticate', answer);
    checkPerson(loggedOn, { practice, birthDate });
    const { patientId, onlineUserId } = loggedOn;
    const suid = reply.headers['suid'];
    if (!suid) throw badReply(supplier, 'the log-on came without a session');
    return { suid, patientId, onlineUserId, enqueue: oneAtATime() };
  }

  function sendWith(
    session: TppSession,
    patient: LinkedPatient,
    message: Message,
    context: Context,
  ): Promise<Answer> {
    const { suid, patientId, onlineUserId } = session;
    const attributes = { unitId: patient.practice, patientId, onlineUserId, ...message.attributes };
    return session.enqueue(async () => {
      const { answer } = await post({ ...message, attributes }, context, suid);
      const owner = answer.kind === 'REPLY' ? Owned.safeParse(answer.value).data?.patientId : undefined;
      if (owner !== undefined && owner !== patientId)
        throw badReply(supplier, 'the reply is another patient’s');
      return answer;
    });
  }

  /** Being logged off says that nothing was done, so the session is renewed once for commands too. */
  const send: SendInSession = async (patient, message, context) => {
    const session = () => sessions.get(patient.cacheKey, () => logOn(patient, context));
    const first = await session();
    const answer = await sendWith(first, patient, message, context);
    if (answer.kind !== 'ERROR' || !isLoggedOff(message.name, answer.failure)) return answer;
    context.commandProvenUndone();
    sessions.drop(patient.cacheKey, first);
    return sendWith(await session(), patient, message, context);
  };

  /** Nobody is logged on, and to be told so proves that it works; any other error has HTTP status 200 as well. */
  async function isWell(context: Context): Promise<boolean> {
    const { answer } = await post({ name: 'Logoff', attributes: {}, timeoutMs: timeoutMs.read }, context);
    return answer.kind === 'REPLY' || (answer.kind === 'ERROR' && isLoggedOff('Logoff', answer.failure));
  }

  return { send, isWell };
}

/**
 * The credentials are the proof of who is logged on; what the supplier tells of them may not contradict it.
 * @throws SupplierError NOT_AUTHENTICATED for another practice, or another date of birth.
 */
function checkPerson(
  { User, Registration }: AuthenticateReply,
  { practice, birthDate }: Pick<LinkedPatient, 'practice' | 'birthDate'>,
): void {
  const births = User.flatMap(({ Person }) => Person.flatMap(({ dateOfBirth }) => dateOfBirth ?? []));
  const units = Registration.flatMap(({ unitId }) => unitId ?? []);
  const isTheirs = births.every((date) => date.slice(0, 10) === birthDate);
  if (isTheirs && (units.length === 0 || units.includes(practice))) return;
  throw new SupplierError(supplier, 'NOT_AUTHENTICATED', {
    mayHaveBeenSent: true,
    message: `${supplier}: the log-on is not that of the patient at this practice`,
  });
}

/** @throws SupplierError BAD_REPLY when the body is neither the message's reply nor an error. */
function answerOf(message: TppMessage, reply: HttpReply): Answer {
  const error = statusError(supplier, reply);
  if (error) return { kind: 'STATUS', error, reply };
  const read = readXml(reply.body);
  if (read?.root === 'Error')
    return { kind: 'ERROR', failure: parseAs(supplier, SupplierFailure, read.value) };
  if (read?.root !== `${message}Reply`) throw badReply(supplier, `the reply is not a ${message}Reply`);
  return { kind: 'REPLY', value: read.value };
}

/** @throws SupplierError for everything but the reply. */
export function valueOf<T>(schema: z.ZodType<T>, message: TppMessage, answer: Answer): T {
  switch (answer.kind) {
    case 'REPLY':
      return parseAs(supplier, schema, answer.value);
    case 'ERROR':
      throw errorOf(supplier, message, answer.failure);
    case 'STATUS':
      throw answer.error;
  }
}
