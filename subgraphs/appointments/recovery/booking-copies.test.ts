import { randomUUID } from 'node:crypto';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pino from 'pino';
import { NOON, newCaller, newPractice, offer } from '../../../tests/booking-laboratory';
import { eventually } from '../../../domain/eventually';
import { asItComes, faultProxy } from '../../../tests/faults/fault-proxy';
import { testClock } from '../../../tests/test-clock';
import { inProcessCopies, KEPT_MS, type BookingCopies, type BookingCopy, type Kept } from './booking-copies';
import { fileCopies } from './file-copies';
import { dropAllCopies, openCopies } from './open-copies';
import { redisCopies } from './redis-copies';

const clock = testClock(NOON);
const logger = pino({ level: 'silent' });
/** A numbered database of its own: the copies of other tests' bookings are none of this one's. */
const redisUrl = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/8`;
const file = () => join(mkdtempSync(join(tmpdir(), 'gp-booking-copies-')), 'copies.db');

const STORES: [name: string, open: () => Promise<BookingCopies>][] = [
  ['in process', () => Promise.resolve(inProcessCopies(clock.now))],
  ['in a file', () => fileCopies(file(), clock.now)],
  ...(redisUrl === undefined
    ? []
    : ([['in Redis', () => Promise.resolve(redisCopies(redisUrl, clock.now, logger))]] as [
        string,
        () => Promise<BookingCopies>,
      ][])),
];

function copy(patientDigest: string): BookingCopy {
  const startsAt = new Date(NOON.getTime() + 3_600_000);
  const slot = {
    practice: newPractice(),
    id: '1',
    startsAt,
    endsAt: new Date(startsAt.getTime() + 600_000),
    mode: 'IN_PERSON',
    slotType: 'Routine',
    supplierData: '',
  } as const;
  const caller = newCaller();
  return {
    keptAt: clock.now().getTime(),
    hold: {
      id: randomUUID(),
      callerId: caller.id,
      patientDigest,
      patientSealed: 'sealed',
      offer: offer(caller, slot),
    },
    booking: {
      id: randomUUID(),
      reference: 'K7QX-2MPD',
      marker: 'GPBG-1',
      replacesId: null,
      contactSealed: null,
    },
  };
}

/** Keeps it once the store has its connection. */
async function keptIn(copies: BookingCopies, one: BookingCopy): Promise<BookingCopy> {
  await eventually('the store takes it', () =>
    copies.keep(one).then(
      () => true,
      () => false,
    ),
  );
  return one;
}

describe.each(STORES)('copies of bookings %s', (_, open) => {
  let copies: BookingCopies;
  beforeAll(async () => {
    copies = await open();
  });
  afterAll(() => copies.close());

  const kept = (one: BookingCopy) => keptIn(copies, one);

  test('are given back whole, by person, oldest first', async () => {
    const person = randomUUID();
    const first = await kept(copy(person));
    clock.advance(1);
    const second = await kept(copy(person));
    await kept(copy(randomUUID()));
    expect(await copies.of(person)).toEqual([first, second]);
  });

  test('are all read', async () => {
    const one = await kept(copy(randomUUID()));
    expect(await allKept()).toContainEqual({ bookingId: one.booking.id, copy: one });
  });

  test('that this version cannot read are left as they are, whoever looks, and are listed', async () => {
    const person = randomUUID();
    const one = await kept(copy(person));
    const other = copy(person);
    const later = {
      ...other,
      hold: { ...other.hold, offer: 'of a later version' },
    } as unknown as BookingCopy;
    await copies.keep(later);
    expect(await copies.of(person)).toEqual([one]);
    expect(await allKept()).toContainEqual({ bookingId: later.booking.id, copy: null });
  });

  test('are all dropped at once, read or not', async () => {
    const one = await kept(copy(randomUUID()));
    await copies.dropAll();
    expect(await allKept()).toEqual([]);
    expect(await copies.of(one.hold.patientDigest)).toEqual([]);
    await kept(one);
    expect(await copies.of(one.hold.patientDigest)).toEqual([one]);
  });

  async function allKept(): Promise<Kept[]> {
    const all: Kept[] = [];
    for await (const one of copies.all()) all.push(one);
    return all;
  }

  test('are dropped one by one, and twice does no harm', async () => {
    const person = randomUUID();
    const [one, other] = [await kept(copy(person)), await kept(copy(person))];
    for (let times = 0; times < 2; times++) await copies.drop({ patientDigest: person, id: one.booking.id });
    expect(await copies.of(person)).toEqual([other]);
  });

  test('are forgotten after a week, also of those who book again', async () => {
    const person = randomUUID();
    await kept(copy(person));
    clock.advance(KEPT_MS + 1);
    expect(await copies.of(person)).toEqual([]);
    const later = await kept(copy(person));
    expect(await copies.of(person)).toEqual([later]);
  });
});

(redisUrl === undefined ? describe.skip : describe)('copies of bookings in Redis', () => {
  const { port } = new URL(redisUrl ?? 'redis://127.0.0.1:6379');

  test('are gone after a week each, also of those who book again', async () => {
    const copies = redisCopies(redisUrl!, clock.now, logger);
    const redis = new Redis(redisUrl!);
    const person = randomUUID();
    const first = copy(person);
    await keptIn(copies, first);
    const key = (await redis.keys('*')).find((name) => name.endsWith(first.booking.id));
    // As after six days and a half.
    await redis.pexpire(key!, KEPT_MS / 14);
    await copies.keep(copy(person));
    expect(await redis.pttl(key!)).toBeLessThanOrEqual(KEPT_MS / 14);
    expect(await redis.pttl(key!)).toBeGreaterThan(0);
    const details = await Promise.all(
      (await redis.keys(`*${person}*`)).map((name) => redis.dump(name).then(String)),
    );
    expect(details.join()).not.toContain('sealed');
    redis.disconnect();
    await copies.close();
  });

  test('are kept again soon after the network has lost the connection without a word', async () => {
    let lost = 0;
    const proxy = await faultProxy({
      upstream: { host: '127.0.0.1', port: Number(port) },
      request: asItComes,
      treat: (sent) =>
        sent.includes('patientSealed') && lost++ === 0 ? { fault: { kind: 'answer', bytes: '' } } : null,
    });
    const copies = redisCopies(`redis://127.0.0.1:${proxy.port}/8`, clock.now, logger, 200);
    await keptIn(copies, copy(randomUUID()));
    expect(lost).toBeGreaterThan(1);
    await copies.close();
    await proxy.close();
  });
});

test.each([
  ['a file', undefined],
  ...(redisUrl === undefined ? [] : [['Redis', redisUrl] as const]),
] as const)('whoever replaces the keys drops all copies in %s', async (_, url) => {
  const place = { redisUrl: url, copiesFile: file() };
  const copies = await openCopies(place, clock.now, logger);
  const one = copy(randomUUID());
  await keptIn(copies, one);
  await dropAllCopies(place, logger);
  expect(await copies.of(one.hold.patientDigest)).toEqual([]);
  await copies.close();
});

test('a file of copies is closed to others', async () => {
  const path = file();
  const copies = await fileCopies(path, clock.now);
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  await copies.close();
});
