import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { PatientCaller } from '../../domain/caller';
import { CALLER_HEADER, REQUEST_ID_HEADER, signCaller } from '../../domain/caller-token';

/** Null: no answer, or one that says nothing. */
export type Data = Record<string, unknown> | null;

const Body = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.unknown()).optional(),
});
const LONGEST_WAIT_MS = 8_000;

/**
 * Calls the subgraph as the gateway would, the caller in a signed header.
 * @param giveUpMs time after which the client disconnects, whatever happens to the request.
 */
export async function ask(
  url: string,
  callerKey: Uint8Array,
  caller: PatientCaller,
  operation: { query: string; variables: object },
  giveUpMs = LONGEST_WAIT_MS,
): Promise<Data> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [CALLER_HEADER]: await signCaller(caller, 'appointments', callerKey),
        [REQUEST_ID_HEADER]: randomUUID(),
        // A kept connection to a killed process would be the client's fault, not the service's.
        connection: 'close',
      },
      body: JSON.stringify(operation),
      signal: AbortSignal.timeout(giveUpMs),
    });
    const { data, errors } = Body.parse(await response.json());
    return errors === undefined ? (data ?? null) : null;
  } catch {
    return null;
  }
}

/** Needs neither stores nor suppliers: what it takes is the machine's time. */
export const NOTHING = '{ __typename }';

export const SEARCH = `query ($representations: [_Any!]!, $wait: Int!, $first: Int!) {
  _entities(representations: $representations) { ... on Assessment {
    appointmentOptions(timeoutMs: $wait, first: $first) { __typename ... on AppointmentOptions {
      ownPractice { slots(first: 50) { id startsAt practice { odsCode } } }
      elsewhere { slots(first: 50) { id startsAt practice { odsCode } } }
      supplierReports { supplier { id } }
    } } } } }`;

const Slots = z
  .object({
    slots: z
      .array(
        z.object({ id: z.string(), startsAt: z.coerce.date(), practice: z.object({ odsCode: z.string() }) }),
      )
      .nullable(),
  })
  .transform(({ slots }) => slots ?? []);

export const SearchData = z.object({
  _entities: z.tuple([
    z.object({
      appointmentOptions: z.object({
        ownPractice: Slots.nullable(),
        elsewhere: z.array(Slots),
        supplierReports: z.array(z.object({ supplier: z.object({ id: z.string() }) })),
      }),
    }),
  ]),
});

export const HOLD = `mutation ($input: HoldSlotInput!) { result: holdSlot(input: $input) {
  __typename ... on Hold { id } ... on AlreadyBooked { booking { id } } } }`;
export const RELEASE = `mutation ($input: ReleaseHoldInput!) { result: releaseHold(input: $input) { __typename } }`;
export const CONFIRM = `mutation ($input: ConfirmBookingInput!) { result: confirmBooking(input: $input) {
  __typename ... on Booking { id status } ... on AlreadyBooked { booking { id } } } }`;
export const CANCEL = `mutation ($input: CancelBookingInput!) { result: cancelBooking(input: $input) {
  __typename ... on Booking { id status } } }`;
export const RESCHEDULE = `mutation ($input: RescheduleBookingInput!) { result: rescheduleBooking(input: $input) {
  __typename ... on Booking { id status } ... on AlreadyBooked { booking { id } } } }`;
export const ACCEPT = `mutation ($input: AcceptMovedBookingInput!) { result: acceptMovedBooking(input: $input) {
  __typename ... on Booking { id status } } }`;
export const READ = `query ($id: ID!) { result: booking(id: $id) { __typename id status }
  mine: myBookings { edges { node { id } } } }`;

export const ResultData = z.object({
  result: z
    .object({
      __typename: z.string(),
      id: z.string().optional(),
      status: z.string().optional(),
      booking: z.object({ id: z.string() }).optional(),
    })
    .nullable(),
  mine: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string() }) })) }).optional(),
});
