import type { ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';
import type { RequestRefusal } from '../error-codes';
import type { ErrorMask } from '../error-mask';
import type { AdmittedOperation, Exchange } from '../exchange';
import type { ExecuteAdmitted } from '../execute-admitted';
import type { Answer } from '../execution/answer';
import { TokenRefused } from '../identity/token-refused';
import { payerOf } from '../limits/request-guards';
import { formatAnswer } from '../request/format-answer';
import { EVENT_STREAM } from '../request/media-type';
import { RequestRefused } from '../request-refused';
import type { LiveStreams } from './live-streams';

export interface FollowDeps {
  live: LiveStreams;
  execute: ExecuteAdmitted;
  /** @throws RequestRefused, TokenRefused when the same request would be refused by now */
  readmit(exchange: Exchange): Promise<AdmittedOperation>;
  mask: ErrorMask;
}

/** The one root field that can be followed. */
const FOLLOWED = 'booking';
const HEARTBEAT = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';

/**
 * Sends the answer to a published query for one booking, and again each time that it has become another, as events
 * `next`, and at the end `complete`: graphql-sse's protocol, distinct connections mode. Each answer passes the guards
 * and the audit anew.
 * @throws RequestRefused before anything is sent
 */
export async function followBooking(
  exchange: Exchange,
  admission: AdmittedOperation,
  { live, execute, readmit, mask }: FollowDeps,
): Promise<void> {
  const { response, context } = exchange;
  const bookingId = followedBooking(exchange, admission);
  const stream = bookingId === null ? null : live.open(payerOf(context), bookingId);
  if (stream === null) {
    admission.admitted.leave();
    throw new RequestRefused(bookingId === null ? ONLY_BOOKINGS : TOO_MANY);
  }
  response.once('close', stream.end);
  let told: string | null = null;
  try {
    for (let current = admission; ; current = await readmit(exchange)) {
      const answer = await execute(exchange, current);
      // It has left while it was answered, or does not read what it was sent before.
      if (response.closed || response.writableNeedDrain) return;
      const data = JSON.stringify(answer.data);
      send(response, data === told ? HEARTBEAT : next(answer, current, exchange, mask));
      told = data;
      // Nobody waits for a booking that is not there.
      if (answer.data?.[FOLLOWED] == null || !(await stream.next())) return;
    }
  } catch (error) {
    // Its reader asks again, and hears the reason then.
    if (response.headersSent && isRefusal(error)) return;
    throw error;
  } finally {
    stream.end();
    if (response.headersSent) response.end(COMPLETE);
  }
}

/** Null for any other operation. */
function followedBooking({ about }: Exchange, { operation, published }: AdmittedOperation): string | null {
  const { type, rootFields } = operation;
  const isFollowed = published !== null && type === OperationTypeNode.QUERY && rootFields.length === 1;
  const [id, ...others] = about.ids;
  return isFollowed && rootFields[0] === FOLLOWED && others.length === 0 ? (id ?? null) : null;
}

function next(
  answer: Answer,
  { admitted, published }: AdmittedOperation,
  { context: { requestId } }: Exchange,
  mask: ErrorMask,
): string {
  const text = formatAnswer(answer, admitted.cost, mask, { requestId, operation: published });
  return `event: next\ndata: ${text.trimEnd()}\n\n`;
}

function send(response: ServerResponse, event: string): void {
  if (!response.headersSent)
    response.writeHead(200, {
      'content-type': EVENT_STREAM,
      'cache-control': 'no-store',
      // Proxies that gather an answer would keep it until its end.
      'x-accel-buffering': 'no',
    });
  response.write(event);
}

function isRefusal(error: unknown): boolean {
  return error instanceof RequestRefused || error instanceof TokenRefused;
}

const ONLY_BOOKINGS: RequestRefusal = {
  code: 'BAD_REQUEST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ONLY_BOOKINGS({}),
};

const TOO_MANY: RequestRefusal = {
  code: 'OVERLOADED',
  message: DEVELOPERS_EN_GB.OVERLOADED.STREAMS({}),
  retryAfterSeconds: 60,
};
