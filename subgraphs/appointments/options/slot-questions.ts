import type { OdsCode } from '../../../domain/ods-code';
import type { Timers } from '../../../domain/timers';
import {
  SupplierError,
  type Actor,
  type GpSystem,
  type Patient,
  type Slot,
} from '../../../adapters/gp-system';
import { boundedCall } from '../gp-systems';

/** Request for the free slots of one practice, sent to its supplier for one person. */
export interface SlotQuestion {
  system: GpSystem;
  practice: OdsCode;
  /** The first and the last start that is wanted. */
  from: Date;
  to: Date;
  actor: Actor;
  patient: Patient | undefined;
  requestId: string;
  /** Uses the places that suppliers' capacity keeps for bookings. */
  forBooking: boolean;
}

/** Time that the caller waits: their own choice, which says nothing about the supplier. */
export interface Patience {
  waitMs: number;
  /** Aborted when nobody waits for the whole answer any more; undefined where it is wanted in any case. */
  signal: AbortSignal | undefined;
}

export interface SlotQuestions {
  /**
   * The practice's free slots, soonest first.
   * @throws SupplierError; TIMED_OUT when the patience ends first.
   */
  ask(question: SlotQuestion, patience: Patience): Promise<Slot[]>;
}

/** Coalesces equal searches, so that a practice is called once however often a request repeats itself. */
export interface SharedQuestions {
  /**
   * Asks no practice twice for the same as long as `work` lasts, of all such work of one request, and joins what others are
   * asking at this moment. Nothing is kept longer.
   */
  duringRequest<T>(requestId: string, work: (questions: SlotQuestions) => Promise<T>): Promise<T>;
}

interface Asking {
  from: Date;
  to: Date;
  slots: Promise<Slot[]>;
  waiting: number;
  isAnswered: boolean;
  giveUp: AbortController;
}

/**
 * Parts of one request read the clock one after another, so their windows differ by that. It also bounds how long an answer
 * is shared, since windows begin now: a request's id may be the client's own, and come again.
 */
const SAME_WINDOW_MS = 30_000;

/** Adapters let no longer ones through (adapters/sound.ts). */
const LONGEST_SLOT_MS = 4 * 60 * 60_000;

/** Asks every question by itself, afresh. */
export function unsharedQuestions(timers: Timers): SlotQuestions {
  return { ask: (question, patience) => join(beginAsking(question, timers), question, patience, timers) };
}

export function sharedQuestions(timers: Timers): SharedQuestions {
  const underWay = new Map<string, Asking>();
  const requests = new Map<string, { users: number; asked: Map<string, Asking> }>();

  function begin(key: string, question: SlotQuestion): Asking {
    const asking = beginAsking(question, timers);
    underWay.set(key, asking);
    const end = () => {
      if (underWay.get(key) === asking) underWay.delete(key);
    };
    asking.slots.then(end, end);
    // Nobody joins what has been given up.
    asking.giveUp.signal.addEventListener('abort', end, { once: true });
    return asking;
  }

  return {
    async duringRequest(requestId, work) {
      const request = requests.get(requestId) ?? { users: 0, asked: new Map<string, Asking>() };
      requests.set(requestId, request);
      request.users += 1;
      try {
        return await work({
          ask(question, patience) {
            const key = keyOf(question);
            const asking =
              [request.asked.get(key), underWay.get(key)].find((one) => one && covers(one, question)) ??
              begin(key, question);
            request.asked.set(key, asking);
            return join(asking, question, patience, timers);
          },
        });
      } finally {
        request.users -= 1;
        if (request.users === 0) requests.delete(requestId);
      }
    },
  };
}

function keyOf({ system, practice, actor, patient }: SlotQuestion): string {
  return JSON.stringify([system.manifest.id, practice, actor.kind, actor.id, patient?.nhsNumber ?? null]);
}

function covers(asking: Asking, { from, to }: SlotQuestion): boolean {
  const apart = (one: Date, other: Date) => Math.abs(one.getTime() - other.getTime());
  return apart(asking.from, from) <= SAME_WINDOW_MS && apart(asking.to, to) <= SAME_WINDOW_MS;
}

/** The supplier has the time that is its own, however long the first one who asks will wait. */
function beginAsking(question: SlotQuestion, timers: Timers): Asking {
  const { system, practice, from, to, actor, patient, requestId, forBooking } = question;
  const giveUp = new AbortController();
  const call = {
    ...boundedCall(system.manifest.limits.timeoutMs.search, requestId, timers, giveUp.signal),
    forBooking,
  };
  async function ask(): Promise<Slot[]> {
    const slots = new Map<string, Slot>();
    // A slot belongs to the moment at which it starts; suppliers are asked for those that lie in a time as a whole.
    const range = { from, to: new Date(to.getTime() + LONGEST_SLOT_MS) };
    for await (const page of system.searchSlots({ practice, ...range, actor, patient }, call))
      for (const slot of page) slots.set(slot.id, slot);
    return [...slots.values()].sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  }
  const asking: Asking = { from, to, slots: ask(), waiting: 0, isAnswered: false, giveUp };
  const markAnswered = () => {
    asking.isAnswered = true;
  };
  asking.slots.then(markAnswered, markAnswered);
  return asking;
}

/** Waits as long as the patience lasts. When nobody waits any more, the supplier's answer is given up. */
async function join(
  asking: Asking,
  { system, from, to }: SlotQuestion,
  { waitMs, signal }: Patience,
  timers: Timers,
): Promise<Slot[]> {
  asking.waiting += 1;
  let stopWaiting: () => void = () => undefined;
  const patienceEnds = new Promise<never>((_, reject) => {
    stopWaiting = () => {
      reject(new SupplierError(system.manifest.id, 'TIMED_OUT', { mayHaveBeenSent: true }));
    };
  });
  const cancel = timers.after(waitMs, stopWaiting);
  signal?.addEventListener('abort', stopWaiting, { once: true });
  if (signal?.aborted) stopWaiting();
  try {
    const slots = await Promise.race([asking.slots, patienceEnds]);
    return slots.filter(({ startsAt }) => startsAt >= from && startsAt <= to);
  } finally {
    cancel();
    signal?.removeEventListener('abort', stopWaiting);
    asking.waiting -= 1;
    if (asking.waiting === 0 && !asking.isAnswered) asking.giveUp.abort();
  }
}
