import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphQLClient } from 'graphql-request';
import { z } from 'zod';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { BOOKABLE, newFamily } from '../patient-journey';
import { plant } from '../planted';
import { APOLLO_LINKS, apolloFrontEnd } from './apollo-client';
import { documentOf, type FrontEnd, type Reached } from './front-end';
import { URQL_EXCHANGES, urqlFrontEnd } from './urql-client';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await inOneProcess({ TRUSTED_DOCUMENTS: 'on' });
});
afterAll(() => gateway.close());

const Question = z.object({ key: z.string() }).nullable();
const Started = z.object({
  startAssessment: z.object({ id: z.string(), revision: z.number(), question: Question }),
});
const Answered = z.object({ answerQuestion: z.object({ revision: z.number(), question: Question }) });
const Stale = z.object({
  answerQuestion: z.object({
    __typename: z.literal('StaleRevision'),
    current: z.object({ question: Question }),
  }),
});
const Options = z.object({
  assessment: z.object({
    appointmentOptions: z.object({
      elsewhere: z.array(z.object({ slots: z.array(z.object({ id: z.string() })) })),
    }),
  }),
});
const Held = z.object({ holdSlot: z.object({ __typename: z.literal('Hold'), id: z.string() }) });
const BookingNow = z.object({ id: z.string(), status: z.string() });
const Confirmed = z.object({ confirmBooking: BookingNow });
const Moved = z.object({ rescheduleBooking: BookingNow.extend({ replaces: BookingNow }) });
const Cancelled = z.object({ cancelBooking: BookingNow });
const Mine = z.object({ myBookings: z.object({ edges: z.array(z.object({ node: BookingNow })) }) });

const FRONT_ENDS: [string, (reached: Reached) => FrontEnd][] = [
  ...(Object.keys(APOLLO_LINKS) as (keyof typeof APOLLO_LINKS)[]).map(
    (by): [string, (reached: Reached) => FrontEnd] => [
      `Apollo Client, ${by}`,
      (reached) => apolloFrontEnd(reached, by),
    ],
  ),
  ...(Object.keys(URQL_EXCHANGES) as (keyof typeof URQL_EXCHANGES)[]).map(
    (by): [string, (reached: Reached) => FrontEnd] => [`urql, ${by}`, (reached) => urqlFrontEnd(reached, by)],
  ),
];

describe.each(FRONT_ENDS)('%s', (_, frontEnd) => {
  it('plays the journey, and its cache agrees with the server', async () => {
    const { token, son } = await newFamily(gateway);
    const client = frontEnd({ url: gateway.url, token });
    const { assessmentId, given } = await checkSymptoms(client, son.birthDate);

    const read = await client.query('ReadAssessment', { assessmentId });
    expect(objectsWithoutTypename(read)).toEqual([]);
    expect(await client.cached('ReadAssessment', { assessmentId })).toEqual(read);
    expect(given).toEqual(
      z
        .object({
          assessment: z.object({ answers: z.array(z.object({ question: z.object({ key: z.string() }) })) }),
        })
        .parse(read)
        .assessment.answers.map(({ question }) => question.key),
    );

    const offered = await client.query('AppointmentOptions', {
      assessmentId,
      elsewhereReason: 'AWAY_FROM_HOME',
    });
    expect(objectsWithoutTypename(offered)).toEqual([]);
    const [first, second] = Options.parse(offered).assessment.appointmentOptions.elsewhere.flatMap(
      ({ slots }) => slots,
    );
    const key = () => randomUUID();
    const { holdSlot: hold } = Held.parse(
      await client.mutate('HoldSlot', {
        input: { slotId: first!.id, patientId: son.id, idempotencyKey: key() },
      }),
    );
    const confirmed = await client.mutate('ConfirmBooking', {
      input: { holdId: hold.id, idempotencyKey: key() },
    });
    expect(objectsWithoutTypename(confirmed)).toEqual([]);
    const { confirmBooking: booking } = Confirmed.parse(confirmed);
    expect(booking.status).toBe('CONFIRMED');

    const list = await client.query('MyBookings', {});
    expect(objectsWithoutTypename(list)).toEqual([]);
    expect(await client.cached('MyBookings', {})).toEqual(list);

    const { rescheduleBooking: moved } = Moved.parse(
      await client.mutate('RescheduleBooking', {
        input: { bookingId: booking.id, slotId: second!.id, idempotencyKey: key() },
      }),
    );
    // The old booking's new status came with the new one.
    expect(await statusesInCache(client)).toEqual([{ id: booking.id, status: moved.replaces.status }]);
    expect(moved.replaces.status).not.toBe('CONFIRMED');

    await client.query('MyBookings', {});
    const { cancelBooking: cancelled } = Cancelled.parse(
      await client.mutate('CancelBooking', {
        input: { bookingId: moved.id, reason: 'CANNOT_ATTEND', idempotencyKey: key() },
      }),
    );
    expect(await statusesInCache(client)).toContainEqual({ id: moved.id, status: cancelled.status });
    expect(cancelled.status).not.toBe('CONFIRMED');
    const asked = await client.query('BookingById', { id: moved.id });
    expect(asked).toHaveProperty('booking.status', 'CANCELLED');
    client.stop();
  });

  it('shows each option of every question in its own words, after going back', async () => {
    const { token } = await newFamily(gateway);
    const client = frontEnd({ url: gateway.url, token });
    const started = await client.mutate('StartAssessment', {
      input: {
        pathwayId: 'headache-adult',
        subject: { relationship: 'SELF', dateOfBirth: '1989-06-01', sex: 'FEMALE' },
        idempotencyKey: randomUUID(),
      },
    });
    const { id: assessmentId, revision } = Started.parse(started).startAssessment;
    plant(assessmentId);
    let expectedRevision = revision;
    for (const [questionId, option] of [
      ['emergency.screen', 'none'],
      ['headache-adult.red-flags', 'none'],
    ]) {
      const answer = { assessmentId, questionId, optionIds: [option], expectedRevision };
      const answered = await client.mutate('AnswerQuestion', { input: answer });
      expectedRevision = Answered.parse(answered).answerQuestion.revision;
    }
    const read = await client.query('ReadAssessment', { assessmentId });
    expect(await client.cached('ReadAssessment', { assessmentId })).toEqual(read);
    expect(JSON.stringify(read)).toContain('Sudden loss of vision');
    client.stop();
  });
});

describe('docs/clients.md', () => {
  it.each(['apollo', 'possible-types', 'urql'])('shows %s.ts as these tests run it', (name) => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'clients.md'), 'utf8');
    expect(page).toContain(readFileSync(join(__dirname, 'documented', `${name}.ts`), 'utf8'));
  });

  it('keeps pages of practices near two places apart', async () => {
    const client = apolloFrontEnd({ url: gateway.url }, 'by text');
    const at = (postcode: string) => ({ near: { postcode }, first: 5 });
    const here = await client.query('PracticesNear', at('WY1 1AA'));
    const there = await client.query('PracticesNear', at('WY7 4FU'));
    expect(await client.cached('PracticesNear', at('WY1 1AA'))).toEqual(here);
    expect(there).not.toEqual(here);
    client.stop();
  });
});

describe('graphql-request', () => {
  it.each(['FindPathways', 'Dispositions'])('asks %s by text', async (name) => {
    const client = new GraphQLClient(`${gateway.url}/graphql`);
    expect(objectsWithoutTypename(await client.request(documentOf(name), {}))).toEqual([]);
  });
});

/** Answers until there is an outcome, once from behind, as a second device is. */
async function checkSymptoms(client: FrontEnd, dateOfBirth: string) {
  const started = await client.mutate('StartAssessment', {
    input: {
      pathwayId: 'child-rash',
      subject: { relationship: 'CHILD', dateOfBirth, sex: 'MALE' },
      place: { postcode: 'WY1 1AA' },
      idempotencyKey: randomUUID(),
    },
  });
  expect(objectsWithoutTypename(started)).toEqual([]);
  let { revision, question } = Started.parse(started).startAssessment;
  const { id: assessmentId } = Started.parse(started).startAssessment;
  plant(assessmentId);
  const given: string[] = [];
  const answers: Record<string, string> = BOOKABLE;
  while (question !== null) {
    const optionIds = [answers[question.key] ?? 'none'];
    const input = { assessmentId, questionId: question.key, optionIds, expectedRevision: revision };
    given.push(question.key);
    const answered = await client.mutate('AnswerQuestion', { input });
    expect(objectsWithoutTypename(answered)).toEqual([]);
    ({ revision, question } = Answered.parse(answered).answerQuestion);
    const behind = Stale.parse(
      await client.mutate('AnswerQuestion', { input: { ...input, optionIds: ['fitting'] } }),
    );
    expect(behind.answerQuestion.current.question?.key).toBe(question?.key);
  }
  return { assessmentId, given };
}

async function statusesInCache(client: FrontEnd) {
  const { edges } = Mine.parse(await client.cached('MyBookings', {})).myBookings;
  return edges.map(({ node: { id, status } }) => ({ id, status }));
}

/** Paths of the objects in an answer that no cache can tell the type of; the answer itself has none. */
function objectsWithoutTypename(answer: unknown, path = ''): string[] {
  if (Array.isArray(answer))
    return answer.flatMap((one, index) => objectsWithoutTypename(one, `${path}.${index}`));
  if (typeof answer !== 'object' || answer === null) return [];
  const inner = Object.entries(answer).flatMap(([key, value]) =>
    objectsWithoutTypename(value, `${path}.${key}`),
  );
  return path === '' || '__typename' in answer ? inner : [path, ...inner];
}
