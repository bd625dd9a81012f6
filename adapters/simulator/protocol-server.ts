import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { OdsCode } from '../../domain/ods-code';
import { pause, type Timers } from '../../domain/timers';
import type { Diary } from './diary';
import type { Fault, Faults, Operation } from './injected-faults';
import { drifted } from './drift';
import { httpListener, type Listener, sendReply, type WireReply, type WireRequest } from './http-listener';

/** One supplier's side of the wire over the diary. Answers are synchronous, so they are atomic. */
export interface WireProtocol {
  /** What the request is about, for aiming faults; the slot only where it wants to book one. */
  identify(request: WireRequest): About;
  answer(request: WireRequest): WireReply;
  /** The supplier's own words for a status that it, or a proxy before it, answers; a plain text without them. */
  failure?(status: number): WireReply;
  /** Log-ons made so far count no longer; nothing to do where there are no sessions. */
  expireSessions(): void;
}

export interface About {
  operation: Operation;
  practice?: OdsCode | undefined;
  slotId?: number | undefined;
}

export interface SkinServerOptions {
  supplier: string;
  skin: WireProtocol;
  diary: Diary;
  faults: Faults;
  port: number;
  logger: Logger;
  /** Told of every request as it arrives and, where no fault spoils it, again with its reply. */
  observe?: Observer | undefined;
  timers: Timers;
}

export type Observer = (exchange: {
  supplier: string;
  about: About;
  request: WireRequest;
  reply?: WireReply;
}) => void;

const DRIP_MS = 100;
const ENTITY_BOMB =
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a c="&c;&c;">&c;&c;&c;</a>';

/** Serves a skin over HTTP. All switchable faults of all suppliers happen here. */
export function skinServer(options: SkinServerOptions): Promise<Listener> {
  const { supplier, skin, diary, faults, logger, observe, timers } = options;

  return httpListener(options.port, async (request, response) => {
    const about = skin.identify(request);
    const latency = faults.latency(supplier);
    if (latency > 0) await pause(timers, latency);
    const fault = faults.next(supplier, about);
    observe?.({ supplier, about, request });
    logger.debug({ supplier, operation: about.operation, fault: fault?.kind }, 'simulated exchange');
    if (fault) await misbehave(fault, about, request, response);
    else {
      const reply = skin.answer(request);
      observe?.({ supplier, about, request, reply });
      sendReply(response, reply);
    }
  });

  function failed(status: number): WireReply {
    return (
      skin.failure?.(status) ?? { status, headers: { 'content-type': 'text/plain' }, body: 'Server error' }
    );
  }

  async function misbehave(
    fault: Fault,
    about: About,
    request: WireRequest,
    response: ServerResponse,
  ): Promise<void> {
    switch (fault.kind) {
      case 'slow':
        await pause(timers, fault.ms);
        sendReply(response, skin.answer(request));
        return;
      case 'held': {
        const reply = fault.afterCommit ? skin.answer(request) : null;
        await faults.hold(supplier);
        sendReply(response, reply ?? skin.answer(request));
        return;
      }
      case 'throttled':
        sendReply(response, throttled(failed(429), fault.retryAfterSeconds));
        return;
      case 'server-error':
        if (fault.afterCommit) skin.answer(request);
        sendReply(response, failed(fault.status));
        return;
      case 'malformed':
        sendReply(response, firstHalf(skin.answer(request)));
        return;
      case 'html-200':
        skin.answer(request);
        sendReply(response, htmlPage());
        return;
      case 'truncated':
        cutShort(response, skin.answer(request));
        return;
      case 'slow-drip':
        await drip(response, skin.answer(request), timers);
        return;
      case 'reset-before-commit':
        response.destroy();
        return;
      case 'reset-after-commit':
        skin.answer(request);
        response.destroy();
        return;
      case 'drift':
        sendReply(response, drifted(skin.answer(request), fault));
        return;
      case 'entity-bomb':
        sendReply(response, { ...skin.answer(request), status: 200, body: ENTITY_BOMB });
        return;
      case 'session-expired':
        skin.expireSessions();
        sendReply(response, skin.answer(request));
        return;
      case 'taken-by-desk':
        if (about.practice && about.slotId !== undefined) diary.deskTakesSlot(about.practice, about.slotId);
        sendReply(response, skin.answer(request));
        return;
    }
  }
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
