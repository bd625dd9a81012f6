import pino from 'pino';
import { manualTimers } from '../../domain/manual-timers';
import type { Timers } from '../../domain/timers';
import { extendHold, isExtendable } from '../../subgraphs/appointments/booking/extend-hold';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { holdKey } from '../../subgraphs/appointments/booking/keep-place';
import type { HoldStore } from '../../subgraphs/appointments/holds/hold-store';
import { inProcessHolds } from '../../subgraphs/appointments/holds/in-process-holds';
import { redisHolds } from '../../subgraphs/appointments/holds/redis-holds';
import {
  bookingLaboratory,
  holdInput,
  newCaller,
  offer,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { situations, type Situation } from './situations';

const redisUrl = process.env.TEST_REDIS_URL;
const openRedis = (url: string) => () => redisHolds(url, pino({ level: 'silent' }), manualTimers());
const HOLD_STORES: { store: string; openHolds: (timers: Timers) => HoldStore }[] = [
  { store: 'in process', openHolds: inProcessHolds },
  ...(redisUrl === undefined ? [] : [{ store: 'in Redis', openHolds: openRedis(redisUrl) }]),
];
const STORES = testDatabases().flatMap((database) =>
  HOLD_STORES.map((holds) => ({ ...holds, database, name: `${database.name}, holds ${holds.store}` })),
);
const MINUTE_MS = 60_000;

describe.each(STORES)('extending a hold ($name)', ({ database, openHolds }) => {
  let lab: BookingLaboratory;
  let given: ReturnType<typeof situations>;
  beforeAll(async () => {
    lab = await bookingLaboratory(await database.settings(), openHolds);
    given = situations(lab);
  });
  afterAll(() => lab.close());

  const extend = ({ holdId, caller }: Situation) => extendHold(holdId, caller, lab.deps);
  const inMs = (ms: number) => new Date(lab.clock.now().getTime() + ms);

  /** Another person who wants the same time. */
  function rival({ offered }: Situation) {
    const other = newCaller();
    return holdSlot(holdInput(offer(other, offered.slot), other, lab.deps), other, lab.deps);
  }

  test('keeps it for as long again, from when it would have ended', async () => {
    const { holdMs } = lab.deps;
    const situation = await given.held();
    const heldUntil = inMs(holdMs);
    lab.clock.advance(MINUTE_MS);
    const answer = await extend(situation);
    expect(answer).toMatchObject({
      kind: 'held',
      hold: { id: situation.holdId, expiresAt: new Date(heldUntil.getTime() + holdMs), extended: true },
    });
    expect(answer.kind === 'held' && isExtendable(answer.hold, lab.clock.now())).toBe(false);
    const refused = await rival(situation);
    expect(refused.kind).toBe('held-by-another');
    const until = refused.kind === 'held-by-another' ? refused.heldUntil : lab.clock.now();
    expect(until.getTime()).toBeGreaterThan(inMs(holdMs).getTime());
    lab.clock.advance(holdMs);
    expect((await rival(situation)).kind).toBe('held-by-another');
    expect((await given.confirm(situation)).kind).toBe('booking');
  });

  test('happens once, however many requests arrive at once', async () => {
    const situation = await given.held();
    const answers = await Promise.all(Array.from({ length: 5 }, () => extend(situation)));
    const kinds = answers.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['held', ...Array.from({ length: 4 }, () => 'not-extendable')]);
    const ends = answers.map((answer) => 'hold' in answer && answer.hold.expiresAt.getTime());
    expect(new Set(ends)).toEqual(new Set([inMs(2 * lab.deps.holdMs).getTime()]));
    lab.clock.advance(MINUTE_MS);
    expect(await extend(situation)).toMatchObject({ kind: 'not-extendable' });
  });

  test('ends with the start of the appointment at the latest', async () => {
    const situation = await given.held();
    const { startsAt } = situation.offered.slot;
    const untilStart = startsAt.getTime() - lab.clock.now().getTime();
    // The hold ends four minutes before the appointment.
    const late = { ...lab.deps, holdMs: untilStart - 4 * MINUTE_MS };
    const other = newCaller();
    const offered = offer(other, situation.offered.slot);
    await releaseHold(situation.holdId, situation.caller, lab.deps);
    const held = await holdSlot(holdInput(offered, other, late), other, late);
    const hold = held.kind === 'held' ? held.hold : undefined;
    expect(isExtendable(hold!, lab.clock.now())).toBe(true);
    const answer = await extendHold(hold!.id, other, late);
    expect(answer).toMatchObject({ kind: 'held', hold: { expiresAt: startsAt } });
  });

  test('is refused for a hold that has run out, and the time is free for others', async () => {
    const situation = await given.held();
    const end = inMs(lab.deps.holdMs);
    lab.clock.advance(lab.deps.holdMs);
    expect(await extend(situation)).toEqual({ kind: 'hold-expired', expiredAt: end });
  });

  test('is refused for a hold that was let go', async () => {
    const situation = await given.held();
    await releaseHold(situation.holdId, situation.caller, lab.deps);
    expect((await extend(situation)).kind).toBe('hold-expired');
    expect((await rival(situation)).kind).toBe('held');
  });

  test('is refused where the store has lost it and somebody else has the time by now', async () => {
    const situation = await given.held();
    await lab.deps.holds.release(holdKey(situation.offered), situation.holdId);
    expect((await rival(situation)).kind).toBe('held');
    expect((await extend(situation)).kind).toBe('hold-expired');
  });

  test('does not take the slot again where it is let go meanwhile', async () => {
    const situation = await given.held();
    const { ledger } = lab.deps;
    const between = {
      ...lab.deps,
      ledger: {
        ...ledger,
        async extendHold(...asked: Parameters<typeof ledger.extendHold>) {
          const extended = await ledger.extendHold(...asked);
          await releaseHold(situation.holdId, situation.caller, lab.deps);
          return extended;
        },
      },
    };
    expect((await extendHold(situation.holdId, situation.caller, between)).kind).toBe('hold-expired');
    expect((await rival(situation)).kind).toBe('held');
  });

  test('keeps the time, too, where the request before ended between ledger and store', async () => {
    const situation = await given.held();
    const lost = {
      ...lab.deps,
      holds: { ...lab.deps.holds, acquire: () => Promise.reject(new Error('the process is killed')) },
    };
    await expect(extendHold(situation.holdId, situation.caller, lost)).rejects.toThrow('killed');
    expect(await extend(situation)).toMatchObject({
      kind: 'not-extendable',
      hold: { expiresAt: inMs(2 * lab.deps.holdMs) },
    });
    const refused = await rival(situation);
    expect(refused.kind).toBe('held-by-another');
    const until = refused.kind === 'held-by-another' ? refused.heldUntil : lab.clock.now();
    expect(until.getTime()).toBeGreaterThan(inMs(lab.deps.holdMs).getTime());
  });

  test('keeps others away again where the store has lost it', async () => {
    const situation = await given.held();
    await lab.deps.holds.release(holdKey(situation.offered), situation.holdId);
    expect((await extend(situation)).kind).toBe('held');
    expect((await rival(situation)).kind).toBe('held-by-another');
  });

  test('is for its holder alone, with the proof and the rights that holding took', async () => {
    const situation = await given.held();
    const { caller, holdId } = situation;
    const deps = lab.deps;
    expect((await extendHold(holdId, newCaller(), deps)).kind).toBe('not-allowed');
    expect((await extendHold(holdId, { kind: 'anonymous' }, deps)).kind).toBe('not-allowed');
    expect((await extendHold(holdId, { ...caller, proofing: 'P5' }, deps)).kind).toBe('not-allowed');
    expect((await extendHold(holdId, { ...caller, actsFor: [] }, deps)).kind).toBe('not-allowed');
    expect((await extendHold('no such hold', caller, deps)).kind).toBe('not-allowed');
    expect((await extend(situation)).kind).toBe('held');
  });

  test('of a booked hold returns the booking, and of a cancelled one blocks nobody', async () => {
    const situation = await given.booked();
    expect(await extend(situation)).toMatchObject({
      kind: 'already-booked',
      booking: { id: situation.booking.id },
    });
    await given.cancel(situation);
    expect((await extend(situation)).kind).toBe('hold-expired');
    expect((await rival(situation)).kind).toBe('held');
  });
});
