import type { GraphqlClient } from '../../demo/graphql-client';
import {
  FrontEndLetters,
  PracticeLetters,
  Redelivered,
  redeliveredReport,
  type Undelivered,
} from './undelivered-report';

/** Ids that one request may name. */
const MAX_AT_ONCE = 100;
/** More than a day of changes. */
const MAX_ROUNDS = 200;

/** Looks up what was given up, to the front end and to own practices. */
export async function undelivered(ask: GraphqlClient, first: number): Promise<Undelivered> {
  const frontEnd = await ask('FrontEndDeadLetters', { first }, FrontEndLetters);
  return { ...frontEnd, ...(await ask('PracticeDeadLetters', { first }, PracticeLetters)) };
}

/** Has these messages, or all that were given up, delivered again. @throws Error with a sentence where it was refused. */
export async function redeliver(ask: GraphqlClient, ids: readonly string[] | 'all'): Promise<string> {
  if (ids !== 'all') {
    if (ids.length > MAX_AT_ONCE) throw new Error(`Name at most ${MAX_AT_ONCE} at once, or --all.`);
    // An id of one kind names nothing of the other.
    return redeliveredReport(await send(ask, { frontEnd: ids, practices: ids }));
  }
  const sent = { __typename: 'Redelivery' as const, frontEnd: 0, practices: 0 };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { frontEndDeadLetters, practiceDeadLetters } = await undelivered(ask, MAX_AT_ONCE);
    const [frontEnd, practices] = [frontEndDeadLetters, practiceDeadLetters].map((letters) =>
      letters.map(({ id }) => id),
    );
    if (frontEndDeadLetters.length + practiceDeadLetters.length === 0) break;
    const answer = await send(ask, { frontEnd, practices });
    if (!('frontEnd' in answer)) return redeliveredReport(answer);
    sent.frontEnd += answer.frontEnd;
    sent.practices += answer.practices;
  }
  return redeliveredReport(sent);
}

async function send(ask: GraphqlClient, input: object) {
  return (await ask('Redeliver', { input }, Redelivered)).redeliver;
}
