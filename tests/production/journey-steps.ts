import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims, staffClaims } from '../../demo/people';
import type { OdsCode } from '../../domain/ods-code';
import { raw, WITHIN_A_DAY } from '../patient-journey';
import { plant, plantPerson } from '../planted';
import type { ProductionProduct } from './product';

const MANIFEST = join(__dirname, '..', '..', 'schema', 'operations', 'manifest.json');
/** Ids of the published documents, by name. */
export const documentIds: ReadonlyMap<string, string> = new Map(
  z
    .object({ operations: z.array(z.object({ id: z.string(), name: z.string() })) })
    .parse(JSON.parse(readFileSync(MANIFEST, 'utf8')))
    .operations.map(({ id, name }) => [name, id]),
);

/** Sends a document by its name. A refusal fails the test; problems are answers. */
export type Play = <T>(name: string, variables: object, data: z.ZodType<T>) => Promise<T>;

export const Anything = z.record(z.string(), z.unknown());
export const Status = z.object({ id: z.string(), status: z.string() });
const Book = z.object({ version: z.number(), status: z.string() });
export const Changed = z.object({ __typename: z.literal('Practice'), release: Book });
const Question = z.object({ key: z.string() }).nullable();
const Check = z.object({ id: z.string(), revision: z.number(), question: Question });
const OfferedSlot = z.object({
  id: z.string(),
  startsAt: z.string(),
  cancellableUntil: z.iso.datetime().nullable(),
  mode: z.string(),
  needsContactPhone: z.boolean(),
  practice: z.object({ odsCode: z.string() }),
});
export type OfferedSlot = z.infer<typeof OfferedSlot>;
const Answered = z.object({ answer: z.string(), slots: z.array(OfferedSlot) });
const Offered = z.object({
  assessment: z.object({
    appointmentOptions: z.object({ ownPractice: Answered.nullable(), elsewhere: z.array(Answered) }),
  }),
});
/** Fields of every answer of a mutation, and those that only some have. */
export const Answer = z.looseObject({
  __typename: z.string(),
  id: z.string().optional(),
  status: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

export const RULES = {
  horizonDays: 14,
  minimumNoticeMinutes: 15,
  takeBackMinutes: 30,
  // Earlier than any notice: the first time that is offered can be moved and cancelled, whatever the hour.
  cancelCutOffMinutes: 5,
  modes: ['IN_PERSON', 'TELEPHONE'],
  slotTypes: ['111 urgent', 'Routine', 'Telephone triage'],
  dispositionIds: ['gp-2h', 'gp-6h', 'gp-24h'],
  otherPatients: true,
  ownPatients: true,
};

export const key = () => randomUUID();

/** An answer of a mutation, whose field is called like its document. */
export async function change(play: Play, name: string, input: object): Promise<z.infer<typeof Answer>> {
  const field = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const data = await play(name, { input: { ...input } }, z.record(z.string(), Answer));
  return data[field]!;
}

/** Answers until there is an outcome; as WITHIN_A_DAY unless other answers are given. */
export async function checkSymptoms(
  play: Play,
  dateOfBirth: string,
  answers: Record<string, string> = WITHIN_A_DAY,
): Promise<string> {
  const start = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth, sex: 'MALE' },
    place: { postcode: 'WY1 1AA' },
    idempotencyKey: key(),
  };
  const { startAssessment } = await play(
    'StartAssessment',
    { input: start },
    z.object({ startAssessment: Check }),
  );
  const { id: assessmentId } = startAssessment;
  plant(assessmentId);
  let { revision, question } = startAssessment;
  while (question !== null) {
    const optionIds = [answers[question.key] ?? 'none'];
    const input = { assessmentId, questionId: question.key, optionIds, expectedRevision: revision };
    const { answerQuestion } = await play('AnswerQuestion', { input }, z.object({ answerQuestion: Check }));
    ({ revision, question } = answerQuestion);
  }
  return assessmentId;
}

/** Changes the answer to the emergency screen of a check that is finished. */
export async function becomesAnEmergency(play: Play, assessmentId: string): Promise<void> {
  const { assessment } = await play(
    'ReadAssessment',
    { assessmentId },
    z.object({ assessment: z.object({ revision: z.number() }) }),
  );
  const answer = { questionId: 'emergency.screen', optionIds: ['fitting'] };
  await change(play, 'AnswerQuestion', { assessmentId, ...answer, expectedRevision: assessment.revision });
}

export async function childOf(play: Play): Promise<string> {
  const { bookablePeople } = await play(
    'BookablePeople',
    {},
    z.object({ bookablePeople: z.array(z.object({ id: z.string(), isCaller: z.boolean() })) }),
  );
  return bookablePeople.find(({ isCaller }) => !isCaller)!.id;
}

export async function holdFor(play: Play, patientId: string, slotId: string): Promise<string> {
  const input = { slotId, patientId, idempotencyKey: key() };
  const { holdSlot } = await play(
    'HoldSlot',
    { input },
    z.object({ holdSlot: z.object({ id: z.string() }) }),
  );
  return holdSlot.id;
}

export async function search(play: Play, variables: object) {
  const asked = { timeoutMs: 10_000, ...variables };
  const { assessment } = await play('AppointmentOptions', asked, Offered);
  return assessment.appointmentOptions;
}

/** Away from home, so that others than the own practice are offered. */
export async function offers(play: Play, variables: object): Promise<OfferedSlot[]> {
  const { elsewhere } = await search(play, { elsewhereReason: 'AWAY_FROM_HOME', ...variables });
  return elsewhere.flatMap(({ slots }) => slots);
}

/** Steps of people, staff and operators at a product in production's settings, by published documents alone. */
export function journeySteps({ url, issuer, simulators }: ProductionProduct) {
  const played = new Set<string>();
  let families = 0;

  function player(token?: string): Play {
    return async (name, variables, data) => {
      played.add(name);
      const answer = await raw(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ documentId: documentIds.get(name), variables }),
      });
      expect({ name, errors: answer.errors }).toEqual({ name, errors: [] });
      return data.parse(answer.data);
    };
  }

  async function staffOf(practice: OdsCode): Promise<Play> {
    return player(await issuer.sign('cis2', `manager-of-${practice}`, staffClaims(practice)));
  }

  async function bookOf(play: Play) {
    const preview = { dispositionId: 'gp-6h', ageInMonths: 84, relation: 'OTHER' };
    const { myPractice } = await play(
      'MyPracticeBook',
      { preview },
      z.object({ myPractice: z.object({ release: Book, releaseHistory: z.array(z.unknown()) }) }),
    );
    return myPractice;
  }

  return {
    played,
    player,
    staffOf,
    bookOf,

    async optIn(odsCode: OdsCode, rules: object = {}): Promise<void> {
      const play = await staffOf(odsCode);
      const { version: expectedVersion } = (await bookOf(play)).release;
      const { setReleasePolicy } = await play(
        'SetReleasePolicy',
        { input: { odsCode, expectedVersion, ...RULES, ...rules } },
        z.object({ setReleasePolicy: Changed }),
      );
      expect(setReleasePolicy.release.status).toBe('OPEN');
    },

    /** A mother who is signed in, and her son, both registered at a practice; with `twin` also for his twin. */
    async newFamily(practice: OdsCode = CASE_STUDY_PRACTICE, { withTwin = false } = {}) {
      const family = demoFamily(practice, ++families, new Date());
      const twin = { ...demoFamily(practice, ++families, new Date()).son, birthDate: family.son.birthDate };
      for (const person of [family.mother, family.son, twin]) {
        plantPerson(person);
        simulators.diary.registerPatient(practice, person);
      }
      const { mother, son } = family;
      const children = withTwin ? [son, twin] : [son];
      const token = await issuer.sign('nhs-login', mother.id, patientClaims(mother, children));
      plant(token);
      return { mother, son, twin, play: player(token) };
    },

    async client(scope: 'analyst' | 'operator'): Promise<Play> {
      return player(await issuer.sign('client', `${scope}-of-documents`, { scope }));
    },
  };
}
