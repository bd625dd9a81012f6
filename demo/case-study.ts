import { randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { OdsCode } from '../domain/ods-code';
import { graphqlClient, type GraphqlClient } from './graphql-client';
import type { DemoIssuer } from './issuer';
import { demoFamily, FIRST_RESERVED_SERIAL, patientClaims, type DemoFamily } from './people';
import type { SimulatedAppointment, SimulatorControl } from './simulator-control';

/**
 * The case study of the plan for NHS 111 online (2010), through the public API: a mother worried about her son's rash;
 * the outcome is a GP within 6 hours; his own practice is full; she books one of the practices within 10 miles.
 */
export interface CaseStudyFacts {
  place: { postcode: string; precision: string };
  answers: { question: string; answer: string }[];
  outcome: { dispositionId: string; title: string; deadline: string; worseningAdvice: string[] };
  ownPractice: { odsCode: string; name: string; answer: string };
  practicesInRadius: number;
  practicesAsked: number;
  elsewhere: {
    odsCode: string;
    name: string;
    distanceMiles: number;
    slots: { startsAt: string; mode: string }[];
  }[];
  notOffered: { reason: string; practices: number }[];
  hold: { startsAt: string; expiresAt: string };
  booking: {
    id: string;
    reference: string;
    status: string;
    startsAt: string;
    practice: string;
    history: string[];
  };
  /** The truth: what the suppliers' own books hold for the son. */
  supplierDiary: SimulatedAppointment[];
  contentBanner: string | null;
}

export interface CaseStudySetting {
  graphqlUrl: string;
  control: SimulatorControl;
  issuer: DemoIssuer;
  /** The family's postcode; undefined: the demo directory's town, or Leeds when real practices are imported. */
  postcode: string | undefined;
  /** The time in which the gateway lives; the machine's unless it is another. */
  now?: () => Date;
}

/** The mother's answers, by question. */
export const CASE_STUDY_ANSWERS: ReadonlyMap<string, string> = new Map([
  ['emergency.screen', 'none'],
  ['child-rash.red-flags', 'none'],
  ['child-rash.urgent-signs', 'none'],
  ['child-rash.fever', 'yes'],
  ['child-rash.long-fever', 'no'],
  ['child-rash.scarlet-fever', 'no'],
  ['child-rash.chickenpox', 'no'],
  ['child-rash.compared-with-normal', 'much-less'],
]);
const DISPOSITION = 'gp-6h';
const DEMO_TOWN = 'WY1 1AA';
const LEEDS = 'LS1 4AP';

/** @throws Error with a sentence when the story takes another turn than the one told. */
export async function playCaseStudy(setting: CaseStudySetting): Promise<CaseStudyFacts> {
  const { control, issuer, graphqlUrl, now = () => new Date() } = setting;
  const anybody = graphqlClient(graphqlUrl, undefined);
  const { postcode, practice } = await ownPracticeNear(setting.postcode, anybody);
  // Other people each time, so that the son's diary is empty before the story begins.
  const family = demoFamily(practice, randomInt(1, FIRST_RESERVED_SERIAL / 2), now());
  for (const person of [family.mother, family.son]) await control.register(practice, person);
  const token = await issuer.sign('nhs-login', family.mother.id, patientClaims(family.mother, [family.son]));
  const mother = graphqlClient(graphqlUrl, token);

  const checked = await checkSymptoms(mother, family, postcode);
  await control.deskTakes(practice, now(), new Date(checked.outcome.deadline));
  const { options, ...shown } = await lookForTimes(mother, checked.assessmentId);
  const { hold, booking } = await book(mother, family, firstSlot(options));
  return {
    ...checked.facts,
    outcome: checked.outcome,
    ...shown,
    hold,
    booking,
    supplierDiary: await control.appointmentsOf(family.son),
  };
}

const Near = z.object({
  practicesNear: z.discriminatedUnion('__typename', [
    z.object({
      __typename: z.literal('PracticeNearConnection'),
      edges: z.array(
        z.object({
          node: z.object({
            odsCode: OdsCode,
            release: z.object({
              status: z.string(),
              ownPatients: z.boolean(),
              dispositionIds: z.array(z.string()),
            }),
          }),
        }),
      ),
    }),
    z.object({ __typename: z.enum(['PostcodeNotFound', 'InvalidInput']), message: z.string() }),
  ]),
});

/** The nearest practice that lets its own patients book this: theirs, in the story. */
async function ownPracticeNear(
  wanted: string | undefined,
  ask: GraphqlClient,
): Promise<{ postcode: string; practice: OdsCode }> {
  const postcodes = wanted === undefined ? [DEMO_TOWN, LEEDS] : [wanted];
  let problem = '';
  for (const postcode of postcodes) {
    const { practicesNear } = await ask('PracticesNear', { near: { postcode }, first: 50 }, Near);
    if (practicesNear.__typename !== 'PracticeNearConnection') {
      problem = practicesNear.message;
      continue;
    }
    const open = practicesNear.edges.find(
      ({ node: { release } }) =>
        release.status === 'OPEN' && release.ownPatients && release.dispositionIds.includes(DISPOSITION),
    );
    if (open !== undefined) return { postcode, practice: open.node.odsCode };
    problem = `No practice near ${postcode} lets its own patients book.`;
  }
  throw new Error(problem);
}

const Assessment = z.object({
  __typename: z.literal('Assessment'),
  id: z.string(),
  revision: z.number(),
  contentBanner: z.string().nullish(),
  place: z.object({ postcode: z.string(), precision: z.string() }).nullish(),
  question: z
    .object({
      key: z.string(),
      text: z.string(),
      options: z.array(z.object({ key: z.string(), text: z.string() })),
    })
    .nullable(),
  outcome: z
    .object({
      deadline: z.string(),
      worseningAdvice: z.array(z.string()),
      disposition: z.object({ id: z.string(), title: z.string() }),
    })
    .nullish(),
});

async function checkSymptoms(ask: GraphqlClient, { son }: DemoFamily, postcode: string) {
  const input = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth: son.birthDate, sex: 'MALE' },
    place: { postcode },
    idempotencyKey: randomUUID(),
  };
  const { startAssessment: start } = await ask(
    'StartAssessment',
    { input },
    z.object({ startAssessment: Assessment }),
  );
  const answers: CaseStudyFacts['answers'] = [];
  let current = start;
  while (current.question !== null) {
    const { key: questionId, text, options } = current.question;
    const answer = options.find(({ key }) => key === CASE_STUDY_ANSWERS.get(questionId)) ?? {
      key: 'none',
      text: 'None of these',
    };
    answers.push({ question: text, answer: answer.text });
    const input = {
      assessmentId: current.id,
      questionId,
      optionIds: [answer.key],
      expectedRevision: current.revision,
    };
    const next = await ask('AnswerQuestion', { input: input }, z.object({ answerQuestion: Assessment }));
    current = next.answerQuestion;
  }
  if (current.outcome == null) throw new Error('The symptom check ended without an outcome.');
  const { deadline, worseningAdvice, disposition } = current.outcome;
  return {
    assessmentId: current.id,
    outcome: { dispositionId: disposition.id, title: disposition.title, deadline, worseningAdvice },
    facts: {
      place: start.place ?? { postcode, precision: 'unknown' },
      answers,
      contentBanner: start.contentBanner ?? null,
    },
  };
}

const PracticeOptions = z.object({
  answer: z.string(),
  distanceMiles: z.number().nullable(),
  practice: z.object({ odsCode: z.string(), name: z.string() }),
  slots: z.array(z.object({ id: z.string(), startsAt: z.string(), mode: z.string() })),
});
const Options = z.object({
  assessment: z.object({
    appointmentOptions: z.object({
      ownPractice: PracticeOptions,
      elsewhere: z.array(PracticeOptions),
      practicesInRadius: z.number(),
      practicesAsked: z.number(),
      notOffered: z.array(z.object({ reason: z.string(), practices: z.number() })),
    }),
  }),
});
type Options = z.infer<typeof Options>['assessment']['appointmentOptions'];

async function lookForTimes(ask: GraphqlClient, assessmentId: string) {
  const { assessment } = await ask('AppointmentOptions', { assessmentId, first: 5 }, Options);
  const options = assessment.appointmentOptions;
  const { ownPractice, elsewhere, practicesInRadius, practicesAsked, notOffered } = options;
  return {
    options,
    ownPractice: { ...ownPractice.practice, answer: ownPractice.answer },
    practicesInRadius,
    practicesAsked,
    elsewhere: elsewhere.map(({ practice, distanceMiles, slots }) => ({
      ...practice,
      distanceMiles: distanceMiles ?? NaN,
      slots: slots.map(({ startsAt, mode }) => ({ startsAt, mode })),
    })),
    notOffered,
  };
}

function firstSlot({ elsewhere }: Options): string {
  const slot = elsewhere[0]?.slots[0];
  if (slot === undefined)
    throw new Error('No practice near has a time before the deadline: try again, or another --postcode.');
  return slot.id;
}

const Held = z.object({
  holdSlot: z.object({
    __typename: z.literal('Hold'),
    id: z.string(),
    expiresAt: z.string(),
    slot: z.object({ startsAt: z.string(), reasonMaxLength: z.number() }),
  }),
});
const Confirmed = z.object({
  confirmBooking: z.object({ __typename: z.literal('Booking'), id: z.string() }),
});
const Bookings = z.object({
  myBookings: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string(),
          reference: z.string(),
          status: z.string(),
          startsAt: z.string(),
          practice: z.object({ name: z.string() }),
          history: z.array(z.object({ status: z.string() })),
        }),
      }),
    ),
  }),
});

async function book(ask: GraphqlClient, { son }: DemoFamily, slotId: string) {
  const held = await ask(
    'HoldSlot',
    { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } },
    Held,
  );
  const { id: holdId, expiresAt, slot } = held.holdSlot;
  const confirm = {
    holdId,
    contactPhone: '01632 960123',
    // Where the practice's system takes words from outside.
    ...(slot.reasonMaxLength > 0 && { reason: 'Rash and fever' }),
    idempotencyKey: randomUUID(),
  };
  const { confirmBooking } = await ask('ConfirmBooking', { input: confirm }, Confirmed);
  const { myBookings } = await ask('MyBookings', {}, Bookings);
  const booking = myBookings.edges.map(({ node }) => node).find(({ id }) => id === confirmBooking.id);
  if (booking === undefined) throw new Error('The booking is not among the bookings of the mother.');
  return {
    hold: { startsAt: slot.startsAt, expiresAt },
    booking: {
      ...booking,
      practice: booking.practice.name,
      history: booking.history.map(({ status }) => status),
    },
  };
}
