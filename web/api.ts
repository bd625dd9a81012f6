import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Assessment, Booking, Disposition, Found, Help, Hold, Options, Person, Problem } from './answers';

/** `problem` is an expected refusal, which has a screen of its own. */
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export type ApiFailureKind = 'SIGN_IN_REQUIRED' | 'NOT_ALLOWED' | 'TOO_MANY_REQUESTS' | 'UNAVAILABLE';

/** The API did not serve the operation; the message holds nothing of what was sent. */
export class ApiFailure extends Error {
  constructor(
    readonly operation: string,
    readonly kind: ApiFailureKind,
  ) {
    super(`${operation} was not served: ${kind}`);
    this.name = 'ApiFailure';
  }
}

/** Longer than a booking takes at a slow supplier. */
const DEADLINE_MS = 40_000;

const Manifest = z.object({ operations: z.array(z.object({ id: z.string(), name: z.string() })) });
const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }).optional() })).optional(),
});

export type Api = ReturnType<typeof createApi>;
type Send = <T>(
  operation: string,
  request: { token?: string | undefined; variables: object },
  data: z.ZodType<T>,
) => Promise<T>;

/** @param url the public endpoint, for example `http://127.0.0.1:4000/graphql` */
export function createApi(url: string, folder = join(__dirname, '..', 'schema', 'operations')) {
  const send = sender(url, folder);
  const input = (fields: object, token?: string) => ({ token, variables: { input: fields } });
  return {
    ...beforeBooking(send),
    async keepTime(token: string, fields: { slotId: string; patientId?: string; idempotencyKey: string }) {
      const { holdSlot } = await send('HoldSlot', input(fields, token), z.object({ holdSlot: z.unknown() }));
      return resultOf(holdSlot, 'Hold', Hold);
    },
    async keepLonger(token: string, holdId: string) {
      const data = z.object({ extendHold: z.unknown() });
      const { extendHold } = await send('ExtendHold', input({ holdId }, token), data);
      return resultOf(extendHold, 'Hold', Hold);
    },
    async confirm(
      token: string,
      fields: { holdId: string; contactPhone?: string; reason?: string; idempotencyKey: string },
    ) {
      const data = z.object({ confirmBooking: z.unknown() });
      const { confirmBooking } = await send('ConfirmBooking', input(fields, token), data);
      return resultOf(confirmBooking, 'Booking', Booking);
    },
    async booking(token: string, id: string) {
      const data = z.object({ booking: Booking.nullable() });
      return (await send('BookingById', { token, variables: { id } }, data)).booking;
    },
    async bookings(token: string) {
      const data = z.object({ myBookings: z.object({ edges: z.array(z.object({ node: Booking })) }) });
      const { myBookings } = await send('MyBookings', { token, variables: {} }, data);
      return myBookings.edges.map(({ node }) => node);
    },
    async cancel(token: string, fields: { bookingId: string; reason: string; idempotencyKey: string }) {
      const data = z.object({ cancelBooking: z.unknown() });
      const { cancelBooking } = await send('CancelBooking', input(fields, token), data);
      return resultOf(cancelBooking, 'Booking', Booking);
    },
    async acceptMoved(token: string, fields: { bookingId: string; idempotencyKey: string }) {
      const data = z.object({ acceptMovedBooking: z.unknown() });
      const { acceptMovedBooking } = await send('AcceptMovedBooking', input(fields, token), data);
      return resultOf(acceptMovedBooking, 'Booking', Booking);
    },
  };
}

function beforeBooking(send: Send) {
  return {
    async findChecks(words: string, subject: object) {
      const data = z.object({ findPathways: z.unknown() });
      const { findPathways } = await send('FindPathways', { variables: { words, subject } }, data);
      const found = resultOf(findPathways, 'PathwaysFound', Found);
      if (found.ok) return { kind: 'found' as const, checks: found.value.pathways };
      const help = Help.safeParse(findPathways);
      return help.success
        ? { kind: 'help' as const, help: help.data }
        : { kind: 'problem' as const, problem: found.problem };
    },
    async startCheck(token: string | undefined, fields: object) {
      const data = z.object({ startAssessment: z.unknown() });
      const { startAssessment } = await send(
        'StartAssessment',
        { token, variables: { input: fields } },
        data,
      );
      return resultOf(startAssessment, 'Assessment', Assessment);
    },
    async answer(
      token: string | undefined,
      fields: { assessmentId: string; questionId: string; optionIds: string[]; expectedRevision: number },
    ) {
      const data = z.object({ answerQuestion: z.unknown() });
      const { answerQuestion } = await send('AnswerQuestion', { token, variables: { input: fields } }, data);
      return resultOf(answerQuestion, 'Assessment', Assessment);
    },
    async times(token: string, variables: { assessmentId: string; first: number; elsewhereReason?: string }) {
      const data = z.object({ assessment: z.object({ appointmentOptions: z.unknown() }).nullable() });
      const { assessment } = await send('AppointmentOptions', { token, variables }, data);
      return resultOf(assessment?.appointmentOptions ?? NOT_FOUND, 'AppointmentOptions', Options);
    },
    async people(token: string) {
      const data = z.object({ bookablePeople: z.array(Person) });
      return (await send('BookablePeople', { token, variables: {} }, data)).bookablePeople;
    },
  };
}

const NOT_FOUND = { __typename: 'AssessmentNotFound', code: 'SYMPTOM_CHECK_NOT_FOUND', message: '' };
const Named = z.object({ __typename: z.string() });
/** NotSuitableOnline and NotBookable have a disposition, and no code. */
const Advised = z.object({ disposition: Disposition });

function resultOf<T>(member: unknown, success: string, value: z.ZodType<T>): Result<T> {
  const { __typename } = Named.parse(member);
  if (__typename === success) return { ok: true, value: value.parse(member) };
  const problem = Problem.safeParse(member);
  if (problem.success) return { ok: false, problem: problem.data };
  const { disposition } = Advised.parse(member);
  return { ok: false, problem: { code: 'OUTCOME_NOT_BOOKABLE', message: disposition.title, disposition } };
}

function sender(url: string, folder: string): Send {
  const { operations } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  const ids = new Map(operations.map(({ name, id }) => [name, id]));
  return async (operation, { token, variables }, data) => {
    const documentId = ids.get(operation);
    if (documentId === undefined) throw new Error(`${operation} is no published operation.`);
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ documentId, variables }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      body = await response.json();
    } catch {
      throw new ApiFailure(operation, 'UNAVAILABLE');
    }
    const answer = Answer.safeParse(body).data;
    const code = answer?.errors?.[0]?.extensions?.code;
    if (code !== undefined || response.status !== 200 || answer?.data == null)
      throw new ApiFailure(operation, failureKind(code, response.status));
    return data.parse(answer.data);
  };
}

/** Returns which page an error of the whole request leads to. */
export function failureKind(code: string | undefined, status: number): ApiFailureKind {
  if (code === 'UNAUTHENTICATED' || status === 401) return 'SIGN_IN_REQUIRED';
  if (code === 'FORBIDDEN' || status === 403) return 'NOT_ALLOWED';
  if (code === 'LIMIT_REACHED' || code === 'RATE_LIMITED' || status === 429) return 'TOO_MANY_REQUESTS';
  return 'UNAVAILABLE';
}
