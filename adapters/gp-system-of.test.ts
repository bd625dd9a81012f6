import { addLondonDays, CalendarDate } from '../domain/london-time';
import { syntheticNhsNumber } from '../domain/nhs-number';
import { OdsCode } from '../domain/ods-code';
import type { Adapter } from './adapter';
import { type Call, type Manifest, type Slot, SupplierError } from './gp-system';
import { gpSystemOf, searchRanges } from './gp-system-of';
import { supplierNamed } from './registry';
import { machineTimers } from '../domain/timers';
import type { HttpReply, HttpRequest } from './http/http-messages';

const NOON = new Date('2026-07-01T11:00:00Z');
const practice = OdsCode.parse('B86030');
const actor = { kind: 'PATIENT', id: 'a' } as const;
const declared = supplierNamed('gp-connect').manifest;
const slot: Slot = {
  practice,
  id: '1',
  startsAt: new Date('2026-07-01T13:00:00Z'),
  endsAt: new Date('2026-07-01T13:10:00Z'),
  mode: 'IN_PERSON',
  slotType: 'Routine',
  supplierData: '',
};
const patient = {
  nhsNumber: syntheticNhsNumber(3),
  familyName: 'E',
  givenName: 'A',
  birthDate: CalendarDate.parse('1990-05-05'),
};
const command = { attemptId: 'a', marker: 'm', slot, patient, actor };
const call = (): Call => ({
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  requestId: 'r',
});
const COMMAND = { method: 'POST', path: '/book', effect: 'COMMAND' } as const;
const PREPARATION = { method: 'POST', path: '/register', effect: 'PREPARATION' } as const;
const OK: HttpReply = { status: 200, headers: {}, body: '' };
const lost = () => new SupplierError('s', 'UNREACHABLE', { mayHaveBeenSent: true });
const refused = () => new SupplierError('s', 'UNREACHABLE', { mayHaveBeenSent: false });

/** The kit over an adapter of one method, and a network that answers in turn. */
function kit(
  method: Partial<Adapter>,
  replies: readonly (HttpReply | SupplierError)[] = [],
  manifest?: Manifest,
) {
  const sent: HttpRequest[] = [];
  const left = [...replies];
  const nothing = () => Promise.reject(new Error('not here'));
  const adapter: Adapter = {
    // eslint-disable-next-line @typescript-eslint/require-await -- nothing is found
    async *searchSlots() {
      return;
    },
    book: nothing,
    readBack: nothing,
    cancel: nothing,
    health: nothing,
    ...method,
  };
  const http = {
    send(request: HttpRequest) {
      sent.push(request);
      const reply = left.shift() ?? OK;
      return reply instanceof SupplierError ? Promise.reject(reply) : Promise.resolve(reply);
    },
  };
  return {
    sent,
    system: gpSystemOf({
      manifest: manifest ?? declared,
      adapter,
      http,
      now: () => NOON,
      timers: machineTimers,
    }),
  };
}
const accepted = { class: 'ACCEPTED', appointment: { id: '1' } } as const;

describe('what became of a command', () => {
  it.each<[string, readonly (HttpReply | SupplierError)[], string]>([
    ['NOT_SENT when the preparation failed', [lost()], 'NOT_SENT'],
    ['NOT_SENT when it could not leave', [OK, refused()], 'NOT_SENT'],
    ['AMBIGUOUS when its answer was lost', [OK, lost()], 'AMBIGUOUS'],
  ])('is %s', async (_, replies, expected) => {
    const { system } = kit(
      {
        async book(_command, context) {
          await context.send(PREPARATION);
          await context.send(COMMAND);
          return accepted;
        },
      },
      replies,
    );
    const outcome = await system.book(command, call());
    expect(outcome.class).toBe(expected);
    if (outcome.class === 'NOT_SENT') expect(outcome.error.mayHaveBeenSent).toBe(false);
  });

  it('is AMBIGUOUS when the supplier has answered and anything fails afterwards', async () => {
    const { system } = kit({
      async book(_command, context) {
        await context.send(COMMAND);
        throw refused();
      },
    });
    expect((await system.book(command, call())).class).toBe('AMBIGUOUS');
  });

  it('is THROTTLED, with the time to wait, when we were kept away', async () => {
    const throttled = new SupplierError('s', 'THROTTLED', { mayHaveBeenSent: false, retryAfterMs: 7 });
    const { system } = kit({ book: (_command, context) => context.send(COMMAND).then(() => accepted) }, [
      throttled,
    ]);
    expect(await system.book(command, call())).toEqual({ class: 'THROTTLED', retryAfterMs: 7 });
  });

  it('throws what is no supplier’s fault', async () => {
    const { system } = kit({ book: () => Promise.reject(new TypeError('a bug')) });
    await expect(system.book(command, call())).rejects.toThrow('a bug');
  });
});

describe('a booking under the client’s key', () => {
  const keyed: Manifest = {
    ...declared,
    capabilities: { ...declared.capabilities, bookIdempotency: 'clientKey' },
  };
  const key = command.attemptId;
  const request = { ...COMMAND, headers: { 'idempotency-key': key }, body: 'x' };
  const sending = (...requests: HttpRequest[]): Partial<Adapter> => ({
    async book(_command, context) {
      for (const one of requests) await context.send(one).catch(() => undefined);
      return accepted;
    },
  });
  const timed = { timeoutMs: 1 };

  it.each<[string, HttpRequest[], number]>([
    ['is sent again to the letter', [request, request].map((one) => ({ ...one, ...timed })), 2],
    [
      'is sent at most three times',
      [request, request, request, request].map((one) => ({ ...one, ...timed })),
      3,
    ],
    [
      'is not sent with another body',
      [request, { ...request, body: 'y' }].map((one) => ({ ...one, ...timed })),
      1,
    ],
    ['is not sent without the key', [COMMAND, COMMAND].map((one) => ({ ...one, ...timed })), 1],
    [
      'is not sent under another key',
      [request, { ...request, headers: { 'idempotency-key': 'b' } }].map((one) => ({ ...one, ...timed })),
      1,
    ],
  ])('%s', async (_, requests, times) => {
    const { system, sent } = kit(sending(...requests), [lost(), lost(), lost(), lost()], keyed);
    await system.book(command, call());
    expect(sent).toHaveLength(times);
  });

  it('is not sent again where the supplier does not know it for the same', async () => {
    const { system, sent } = kit(sending({ ...request, ...timed }, { ...request, ...timed }), [lost()]);
    await system.book(command, call());
    expect(sent).toHaveLength(1);
  });

  it('is in doubt when only its repetition was refused for now', async () => {
    const book: Adapter['book'] = async (_command, context) => {
      await context.send(request).catch(() => undefined);
      await context.send(request);
      return { class: 'THROTTLED', retryAfterMs: 7 };
    };
    const { system } = kit({ book }, [lost()], keyed);
    expect(await system.book(command, call())).toMatchObject({
      class: 'AMBIGUOUS',
      error: { fault: 'THROTTLED', retryAfterMs: 7 },
    });
  });

  it('is not sent in hours of maintenance, which end at a time that is said', async () => {
    const maintenance = [{ day: 'WEDNESDAY', from: '11:30', until: '12:30' } as const];
    const { system, sent } = kit(sending({ ...request, ...timed }), [], { ...keyed, maintenance });
    const closing = kit({ book: (_command, context) => context.send(request).then(() => accepted) }, [], {
      ...keyed,
      maintenance,
    });
    await system.book(command, call());
    expect(sent).toEqual([]);
    expect(await closing.system.book(command, call())).toMatchObject({
      class: 'NOT_SENT',
      error: { fault: 'MAINTENANCE', until: new Date('2026-07-01T11:30:00Z'), retryAfterMs: 30 * 60_000 },
    });
  });
});

it('never offers a time that is full, or says more places than there are', async () => {
  const places = [
    undefined,
    { all: 3, left: 1 },
    { all: 3, left: 0 },
    { all: 3, left: 4 },
    { all: 3, left: -1 },
  ];
  const { system } = kit({
    // eslint-disable-next-line @typescript-eslint/require-await -- all are there
    async *searchSlots() {
      yield places.map((one, index) => ({ ...slot, id: `${index}`, places: one }));
    },
  });
  const found: string[] = [];
  const range = { practice, from: slot.startsAt, to: slot.endsAt, actor };
  for await (const page of system.searchSlots(range, call())) found.push(...page.map(({ id }) => id));
  expect(found).toEqual(['0', '1']);
});

describe('a second command in one call', () => {
  const twice = (isProven: boolean): Partial<Adapter> => ({
    async book(_command, context) {
      await context.send(COMMAND);
      if (isProven) context.commandProvenUndone();
      await context.send(COMMAND);
      return accepted;
    },
  });

  it('is not sent, and the first one is in doubt', async () => {
    const { system, sent } = kit(twice(false));
    expect((await system.book(command, call())).class).toBe('AMBIGUOUS');
    expect(sent).toHaveLength(1);
  });

  it('is sent where the first one is proven undone', async () => {
    const { system, sent } = kit(twice(true));
    expect((await system.book(command, call())).class).toBe('ACCEPTED');
    expect(sent).toHaveLength(2);
  });

  it('is not sent because a read after the first one did nothing', async () => {
    const { system, sent } = kit({
      async book(_command, context) {
        await context.send(COMMAND);
        await context.send({ method: 'GET', path: '/list' });
        context.commandProvenUndone();
        await context.send(COMMAND);
        return accepted;
      },
    });
    expect((await system.book(command, call())).class).toBe('AMBIGUOUS');
    expect(sent).toHaveLength(2);
  });
});

describe('what the manifest does not declare', () => {
  const without = (change: Partial<Manifest['capabilities']>): Manifest => ({
    ...declared,
    capabilities: { ...declared.capabilities, ...change },
  });

  it('is refused with nothing sent', async () => {
    const manifest = without({ cancel: false, readBack: 'none', modes: ['TELEPHONE'] });
    const { system, sent } = kit({ cancel: undefined, readBack: undefined }, [], manifest);
    const probe = { practice, patient, actor, slot, marker: 'm', attemptId: 'a' };
    expect(await system.cancel({ practice, patient, actor, slot, appointment: { id: '1' } }, call())).toEqual(
      {
        class: 'REJECTED',
        refusal: 'NOT_PERMITTED',
      },
    );
    await expect(system.readBack(probe, call())).rejects.toMatchObject({ fault: 'NOT_PERMITTED' });
    expect(await system.book(command, call())).toEqual({ class: 'REJECTED', refusal: 'INVALID_REQUEST' });
    expect(sent).toEqual([]);
  });

  it('must not be there, and what it declares must', () => {
    expect(() => kit({}, [], without({ cancel: false }))).toThrow(/has cancel/);
    expect(() => kit({ readBack: undefined })).toThrow(/lacks readBack/);
  });

  it('cuts the patient’s words, and refuses a marker that does not fit', async () => {
    const words: (string | undefined)[] = [];
    const book: Adapter['book'] = ({ reason }) => {
      words.push(reason);
      return Promise.resolve(accepted);
    };
    await kit({ book }, [], without({ reasonMaxLength: 3 })).system.book(
      { ...command, reason: 'abcdef' },
      call(),
    );
    await kit({ book }).system.book({ ...command, reason: 'abcdef' }, call());
    expect(words).toEqual(['abc', undefined]);
    const marker = 'm'.repeat(501);
    await expect(kit({ book }).system.book({ ...command, marker }, call())).rejects.toThrow(RangeError);
  });
});

describe('a search', () => {
  it('shows each slot once, and none that is not wholly inside the range', async () => {
    const before = { ...slot, id: '2', startsAt: new Date('2026-07-01T12:55:00Z') };
    const { system } = kit({
      async *searchSlots() {
        yield [slot, before];
        await Promise.resolve();
        yield [slot];
      },
    });
    const pages: string[][] = [];
    const range = { practice, actor, from: slot.startsAt, to: slot.endsAt };
    for await (const page of system.searchSlots(range, call())) pages.push(page.map(({ id }) => id));
    expect(pages).toEqual([['1'], []]);
  });

  it('is one range up to the days allowed, by the calendar, across the October change too', () => {
    const from = new Date('2026-10-20T11:00:00Z');
    const to = addLondonDays(from, 14);
    expect(to.getTime() - from.getTime()).toBe((14 * 24 + 1) * 3_600_000);
    expect(searchRanges(from, to, 14)).toEqual([{ from, to }]);
  });

  it('is otherwise split into ranges that overlap, so that no slot falls between them', () => {
    const to = addLondonDays(NOON, 30);
    const ranges = searchRanges(NOON, to, 14);
    expect(ranges).toHaveLength(3);
    expect([ranges[0]!.from, ranges[2]!.to]).toEqual([NOON, to]);
    expect(ranges[1]!.from < ranges[0]!.to && ranges[2]!.from < ranges[1]!.to).toBe(true);
  });
});

describe('health', () => {
  it.each([
    ['DOWN', refused()],
    ['DEGRADED', new SupplierError('s', 'BAD_REPLY', { mayHaveBeenSent: true })],
  ])('is %s for what the supplier does to us', async (status, error) => {
    expect(await kit({ health: () => Promise.reject(error) }).system.health(call())).toEqual({ status });
  });
});
