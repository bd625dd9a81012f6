import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './fault-matrix';
import type { RecordedOperation } from './history';
import { CONFIRM_COLUMNS, type Nemesis } from './nemesis';
import type { Manner, Offered, PatientClient } from './patient';
import type { Practice } from './fault-practice';
import type { SeededRandom } from '../../domain/seeded-random';

/** Steps of one person, with the faults that they meet. */
export interface FaultJourney {
  client: PatientClient;
  practice: Practice;
  /** At most one for each step. */
  cells: readonly Cell[];
  nemesis: Nemesis;
  random: SeededRandom;
  /** Called for every cell that came about. */
  filled: (cell: Cell) => void;
  /** Names the current faults, for the history. */
  say: (during: string) => void;
}

const TRIES = 12;
const PAUSE_MS = 150;
const SETTLED_WITHIN_MS = 20_000;

/** Search, hold, confirm, and often change or cancel; every request is repeated under its key until it is answered. */
export async function travel(journey: FaultJourney): Promise<void> {
  const { cells, random } = journey;
  const stepCell = (...columns: readonly string[]) => cells.find(({ column }) => columns.includes(column));
  const first = await book(journey, {
    search: stepCell('search'),
    hold: stepCell('hold'),
    confirm: stepCell(...CONFIRM_COLUMNS),
  });
  const cancelCell = stepCell('cancel');
  const booked = first ?? (cancelCell === undefined ? null : await book(journey, {}));
  if (booked === null) return;
  if (cancelCell !== undefined || random.chance(0.4)) await cancel(journey, booked, cancelCell);
  else if (random.chance(0.5)) await reschedule(journey, booked);
  if (!random.chance(0.4)) return;
  const seen = await journey.client.read(booked);
  if (seen.result === 'Booking MOVED_BY_PRACTICE' && random.chance(0.5)) {
    const key = randomUUID();
    await repeated(journey, (manner) => journey.client.acceptMove(booked, key, manner));
  }
}

interface BookCells {
  search?: Cell | undefined;
  hold?: Cell | undefined;
  confirm?: Cell | undefined;
}

/** The booking's id, once it stands; null when there is none to be had. */
async function book(journey: FaultJourney, cells: BookCells): Promise<string | null> {
  for (let tries = 0; tries < 3; tries++) {
    const offered = await choose(journey, tries === 0 ? cells.search : undefined);
    if (offered === null) return null;
    const holdId = await hold(journey, offered, tries === 0 ? cells.hold : undefined);
    if (holdId === null) continue;
    const booked = await confirm(journey, holdId, offered, cells.confirm);
    if (booked !== null) return booked;
    if (cells.confirm !== undefined) return null;
  }
  return null;
}

async function choose(journey: FaultJourney, cell?: Cell): Promise<Offered | null> {
  const { client, practice, random } = journey;
  return underFault(journey, cell, null, async () => {
    for (let tries = 0; tries < TRIES; tries++) {
      const offers = await client.search([practice]);
      const chosen = random.shuffled(offers)[0];
      if (chosen !== undefined) return chosen;
      await sleep(PAUSE_MS);
    }
    return null;
  });
}

async function hold(journey: FaultJourney, offered: Offered, cell?: Cell): Promise<string | null> {
  const { client } = journey;
  const key = randomUUID();
  const held = await underFault(journey, cell, offered, () =>
    repeated(journey, (manner) => client.hold(offered, key, manner)),
  );
  return held.outcome === 'ok' ? held.holdId : null;
}

async function confirm(
  journey: FaultJourney,
  holdId: string,
  offered: Offered,
  cell?: Cell,
): Promise<string | null> {
  const { client, random } = journey;
  const key = randomUUID();
  const ask = (manner: Manner) => client.confirm(holdId, key, manner);
  const booked = await underFault(journey, cell, offered, async () => {
    const answer = await repeated(journey, ask);
    return settled(journey, answer, () => ask({}));
  });
  if (booked.bookingId !== null && random.chance(0.2))
    await client.confirm(holdId, key, { reason: 'Something else altogether' });
  return booked.outcome === 'ok' ? booked.bookingId : null;
}

async function cancel(journey: FaultJourney, bookingId: string, cell?: Cell): Promise<void> {
  const { client } = journey;
  const key = randomUUID();
  await underFault(journey, cell, null, async () => {
    const answer = await repeated(journey, (manner) => client.cancel(bookingId, key, manner));
    await settled(journey, answer, () => client.cancel(bookingId, key));
  });
}

async function reschedule(journey: FaultJourney, bookingId: string): Promise<void> {
  const offered = await choose(journey);
  if (offered === null) return;
  const { client } = journey;
  const key = randomUUID();
  const answer = await repeated(journey, (manner) => client.reschedule(bookingId, offered, key, manner));
  await settled(journey, answer, () => client.reschedule(bookingId, offered, key));
}

/** Until there is an answer; the first time now and then tapped twice, or given up before it comes. */
async function repeated(
  { random }: FaultJourney,
  ask: (manner: Manner) => Promise<RecordedOperation>,
): Promise<RecordedOperation> {
  const process = random.below(2);
  const giveUpMs = random.chance(0.15) ? 5 + random.below(60) : undefined;
  let answer = random.chance(0.2)
    ? (await Promise.all([ask({ process }), ask({ process })]))[0]
    : await ask({ process, ...(giveUpMs !== undefined && { giveUpMs }) });
  for (let tries = 0; tries < TRIES && answer.result === 'no answer'; tries++) {
    await sleep(PAUSE_MS);
    answer = await ask({ process });
  }
  return answer;
}

/** Repeats the query, as a person would, while the booking is being checked. */
async function settled(
  { client }: FaultJourney,
  first: RecordedOperation,
  ask: () => Promise<RecordedOperation>,
): Promise<RecordedOperation> {
  let answer = first;
  const until = Date.now() + SETTLED_WITHIN_MS;
  while (answer.outcome === 'info' && Date.now() < until) {
    await sleep(PAUSE_MS);
    if (answer.bookingId !== null) await client.read(answer.bookingId);
    answer = await ask();
  }
  return answer;
}

async function underFault<T>(
  { client, nemesis, practice, filled, say }: FaultJourney,
  cell: Cell | undefined,
  offered: Offered | null,
  step: () => Promise<T>,
): Promise<T> {
  if (cell === undefined) return step();
  say(cell.id);
  const injected = await nemesis.inject(cell, { practice, slot: offered, check: client.check });
  try {
    return await step();
  } finally {
    await injected.end();
    if (injected.happened()) filled(cell);
  }
}
