import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { loggableError } from '../../domain/loggable-error';
import type { OdsCode } from '../../domain/ods-code';
import { pause, type Timers } from '../../domain/timers';
import type { Diary } from './diary';
import type { Fault, Faults, SimulatedOperation } from './injected-faults';
import { drifted } from './drift';
import { httpListener, type Listener, sendReply, type WireReply, type WireRequest } from './http-listener';

/** Speaks for one supplier on the wire, over the diary. Answers are synchronous, so they are atomic. */
export interface WireProtocol {
  /** Names what a fault can be aimed at; the slot only where the request is to book one. */
  identify(request: WireRequest): FaultTarget;
  answer(request: WireRequest): WireReply;
  /** Returns the supplier's own words for a status of its own or of a proxy before it; without them a plain text is sent. */
  failure?(status: number): WireReply;
  /** Sets the course of the operation that the next booking begins; for suppliers with operations. */
  nextOperation?(course: OperationCourse): void;
  /** Operations whose replies come in pages. */
  paged?: readonly SimulatedOperation[];
  /** Ends all log-ons made so far; does nothing where there are no sessions. */
  expireSessions(): void;
}

export interface FaultTarget {
  operation: SimulatedOperation;
  practice?: OdsCode | undefined;
  slotId?: number | undefined;
  /** True of a request for a further page of a list. */
  isFurtherPage?: boolean | undefined;
}

export type OperationCourse = Omit<Extract<Fault, { kind: 'operation' }>, 'kind'>;

export interface ProtocolServerOptions {
  supplier: string;
  protocol: WireProtocol;
  diary: Diary;
  faults: Faults;
  port: number;
  logger: Logger;
  /** Receives every request as it arrives and, where no fault spoils it, again with its reply. */
  observe?: Observer | undefined;
  timers: Timers;
}

export type Observer = (exchange: {
  supplier: string;
  target: FaultTarget;
  request: WireRequest;
  reply?: WireReply;
}) => void;

/** The log's words for a simulator that threw instead of answering. */
export const SIMULATOR_FAILED = 'a simulator has thrown';

const DRIP_MS = 100;
const ENTITY_BOMB =
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a c="&c;&c;">&c;&c;&c;</a>';

/** Serves a supplier's protocol over HTTP. All switchable faults of all suppliers happen here. */
export function protocolServer(options: ProtocolServerOptions): Promise<Listener> {
  const { supplier, protocol, faults, logger, observe, timers } = options;

  const serve = async (request: WireRequest, response: ServerResponse) => {
    const target = protocol.identify(request);
    const latency = faults.latency(supplier);
    if (latency > 0) await pause(timers, latency);
    const fault = faults.next(supplier, target);
    observe?.({ supplier, target, request });
    logger.debug({ supplier, operation: target.operation, fault: fault?.kind }, 'simulated exchange');
    if (fault) await misbehave(options, fault, { target, request, response });
    else {
      const reply = protocol.answer(request);
      observe?.({ supplier, target, request, reply });
      sendReply(response, reply);
    }
  };
  return httpListener(options.port, async (request, response) => {
    try {
      await serve(request, response);
    } catch (error) {
      // On the wire it is a connection that ends: whoever writes a simulator looks for the reason.
      logger.error({ supplier, err: loggableError(error) }, SIMULATOR_FAILED);
      throw error;
    }
  });
}

interface SpoiltExchange {
  target: FaultTarget;
  request: WireRequest;
  response: ServerResponse;
}

async function misbehave(
  { supplier, protocol, diary, faults, timers }: ProtocolServerOptions,
  fault: Fault,
  { target, request, response }: SpoiltExchange,
): Promise<void> {
  const answer = () => protocol.answer(request);
  switch (fault.kind) {
    case 'slow':
      await pause(timers, fault.ms);
      sendReply(response, answer());
      return;
    case 'held': {
      const reply = fault.afterCommit ? answer() : null;
      await faults.hold(supplier);
      sendReply(response, reply ?? answer());
      return;
    }
    case 'throttled':
      sendReply(response, throttled(failureReply(protocol, 429), fault.retryAfterSeconds));
      return;
    case 'server-error':
      if (fault.afterCommit) answer();
      sendReply(response, failureReply(protocol, fault.status));
      return;
    case 'malformed':
      sendReply(response, firstHalf(answer()));
      return;
    case 'html-200':
      answer();
      sendReply(response, htmlPage());
      return;
    case 'truncated':
      cutShort(response, answer());
      return;
    case 'slow-drip':
      await drip(response, answer(), timers);
      return;
    case 'reset-before-commit':
      response.destroy();
      return;
    case 'reset-after-commit':
      answer();
      response.destroy();
      return;
    case 'operation':
      protocol.nextOperation?.(fault);
      sendReply(response, answer());
      return;
    case 'replaced':
      sendReply(response, { ...answer(), body: fault.body });
      return;
    case 'drift':
      sendReply(response, drifted(answer(), fault));
      return;
    case 'entity-bomb':
      sendReply(response, { ...answer(), status: 200, body: ENTITY_BOMB });
      return;
    case 'session-expired':
      protocol.expireSessions();
      sendReply(response, answer());
      return;
    case 'taken-by-desk':
      if (target.practice && target.slotId !== undefined) diary.deskTakesSlot(target.practice, target.slotId);
      sendReply(response, answer());
      return;
  }
}

function failureReply(protocol: WireProtocol, status: number): WireReply {
  const plain = { status, headers: { 'content-type': 'text/plain' }, body: 'Server error' };
  return protocol.failure?.(status) ?? plain;
}

function throttled(reply: WireReply, retryAfterSeconds: number | undefined): WireReply {
  if (retryAfterSeconds === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfterSeconds) } };
}

function firstHalf(reply: WireReply): WireReply {
  return { ...reply, status: 200, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
}

function htmlPage(): WireReply {
  return {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<!DOCTYPE html><html><head><title>Maintenance</title></head><body><p>Back soon.</p></body></html>',
  };
}

/** Promises the whole body and closes the connection after half of it. */
function cutShort(response: ServerResponse, reply: WireReply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) + 1 });
  response.write(firstHalf(reply).body, () => response.destroy());
}

async function drip(response: ServerResponse, reply: WireReply, timers: Timers): Promise<void> {
  response.writeHead(reply.status, reply.headers);
  for (const letter of reply.body) {
    if (response.destroyed) return;
    response.write(letter);
    await pause(timers, DRIP_MS);
  }
  response.end();
}
