import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { demoIssuer } from '../demo/issuer';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims, type DemoFamily } from '../demo/people';
import { simulatorControl } from '../demo/simulator-control';
import type { GatewayUnderTest } from './gateway-under-test';
import { expectNobodyNamed, plant, plantPerson } from './planted';

/** An answer of the API as it came over the wire. */
export interface RawAnswer {
  status: number;
  text: string;
  headers: Headers;
  data: Record<string, unknown> | null;
  errors: { message: string; extensions?: Record<string, unknown> | undefined }[];
}

const Body = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()).optional() }))
    .optional(),
});

export type Ask = (query: string, variables?: object) => Promise<RawAnswer>;

/** Sends one operation as a front end does, and parses nothing away. */
export function asker(url: string, token?: string): Ask {
  return (query, variables = {}) =>
    raw(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
}

export async function raw(url: string, init: RequestInit): Promise<RawAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body = isJson && text !== '' ? Body.safeParse(JSON.parse(text)).data : undefined;
  const { status, headers } = response;
  const errors = body?.errors ?? [];
  expectNobodyNamed('Errors', JSON.stringify(errors));
  return { status, headers, text, data: body?.data ?? null, errors };
}

/** Gateway and simulators that have to know a family: the one by a token, its practice by the simulators' control. */
export type Place = Pick<GatewayUnderTest, 'url' | 'now'> & { dataDir: string; controlUrl: string };

/** The first family, 0, is the demo's own. */
let families = 0;

/** A mother who is signed in, her son, and the practice that knows both. */
export function newFamily({ url, now, config, simulators }: GatewayUnderTest) {
  return newFamilyAt({ url, now, dataDir: config.dataDir, controlUrl: simulators.controlUrl });
}

export async function newFamilyAt(place: Place): Promise<DemoFamily & { token: string; ask: Ask }> {
  const family = demoFamily(CASE_STUDY_PRACTICE, ++families, place.now());
  const control = simulatorControl(place.controlUrl);
  for (const person of [family.mother, family.son]) {
    plantPerson(person);
    await control.register(CASE_STUDY_PRACTICE, person);
  }
  const issuer = await demoIssuer(place.dataDir);
  const token = await issuer.sign('nhs-login', family.mother.id, patientClaims(family.mother, [family.son]));
  plant(token);
  return { ...family, token, ask: asker(place.url, token) };
}

const Started = z.object({
  id: z.string(),
  revision: z.number(),
  question: z.object({ key: z.string() }).nullable(),
});
const ASSESSMENT = `... on Assessment { id revision question { key } }`;

/**
 * Checks a son's rash to the end.
 * @param answers the answers by question; every other question is answered with `none`.
 */
export async function checkSymptoms(
  ask: Ask,
  son: DemoFamily['son'],
  answers: Record<string, string>,
): Promise<{ id: string; revision: number }> {
  const input = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth: son.birthDate, sex: 'MALE' },
    place: { postcode: 'WY1 1AA' },
    idempotencyKey: randomUUID(),
  };
  const started = await ask(
    `mutation ($input: StartAssessmentInput!) { startAssessment(input: $input) { ${ASSESSMENT} } }`,
    { input },
  );
  let { id, revision, question } = Started.parse(started.data?.startAssessment);
  plant(id);
  while (question !== null) {
    const reply = await ask(
      `mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { ${ASSESSMENT} } }`,
      {
        input: {
          assessmentId: id,
          questionId: question.key,
          optionIds: [answers[question.key] ?? 'none'],
          expectedRevision: revision,
        },
      },
    );
    ({ id, revision, question } = Started.parse(reply.data?.answerQuestion));
  }
  return { id, revision };
}

/** Ends in "see a GP within 2 hours": the shortest way to an outcome that can be booked. */
export const BOOKABLE = { 'child-rash.urgent-signs': 'hardly-drinking' };
/** Ends in "call 999". */
export const EMERGENCY = { 'emergency.screen': 'fitting' };
/** Ends in "see a GP within 24 hours". */
export const WITHIN_A_DAY = {
  'child-rash.fever': 'yes',
  'child-rash.long-fever': 'no',
  'child-rash.scarlet-fever': 'no',
  'child-rash.chickenpox': 'no',
  'child-rash.compared-with-normal': 'well',
};

export const OPTIONS = `query ($id: ID!, $because: ElsewhereReason, $wait: Int! = 10000, $first: Int! = 5) {
  assessment(id: $id) {
    appointmentOptions(elsewhereReason: $because, timeoutMs: $wait, first: $first) {
      __typename
      ... on AppointmentOptions {
        complete practicesInRadius practicesAsked fallbackAdvice
        ownPractice { answer practice { odsCode name } slots { id startsAt } }
        elsewhere { answer practice { odsCode name } slots { id startsAt } }
        notOffered { reason practices }
        supplierReports { outcome practicesAsked practicesAnswered supplier { id name } }
      }
      ... on NotBookable { code message disposition { id } }
    }
  }
}`;

const Practice = z.object({
  answer: z.string(),
  practice: z.object({ odsCode: z.string(), name: z.string() }),
  slots: z.array(z.object({ id: z.string(), startsAt: z.string() })),
});

/** Answer of the options query of this file. */
export const Options = z.object({
  __typename: z.literal('AppointmentOptions'),
  complete: z.boolean(),
  practicesInRadius: z.number(),
  practicesAsked: z.number(),
  fallbackAdvice: z.string(),
  ownPractice: Practice.nullable(),
  elsewhere: z.array(Practice),
  notOffered: z.array(z.object({ reason: z.string(), practices: z.number() })),
  supplierReports: z.array(
    z.object({
      outcome: z.string(),
      practicesAsked: z.number(),
      practicesAnswered: z.number(),
      supplier: z.object({ id: z.string(), name: z.string() }),
    }),
  ),
});
export type Options = z.infer<typeof Options>;

const Found = z.object({ assessment: z.object({ appointmentOptions: Options }) });

export async function findOptions(ask: Ask, variables: object): Promise<Options> {
  const answer = await ask(OPTIONS, variables);
  return Found.parse(answer.data).assessment.appointmentOptions;
}

export const HOLD = `mutation ($input: HoldSlotInput!) { holdSlot(input: $input) {
  __typename ... on Hold { id } ... on Problem { code message } } }`;
export const CONFIRM = `mutation ($input: ConfirmBookingInput!) { confirmBooking(input: $input) {
  __typename ... on Booking { id status } ... on Problem { code message } } }`;
export const RELEASE = `mutation ($input: ReleaseHoldInput!) { releaseHold(input: $input) {
  __typename ... on Problem { code message } } }`;
export const CANCEL = `mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) {
  __typename ... on Booking { id status } ... on Problem { code message } } }`;

const Named = z.object({ __typename: z.string(), id: z.string().optional(), status: z.string().optional() });

/** The one field that a mutation answered. */
export function result(answer: RawAnswer): z.infer<typeof Named> {
  return Named.parse(Object.values(answer.data ?? {})[0]);
}
