import { randomUUID } from 'node:crypto';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { NOON, newCaller, newPractice, offer } from '../../../tests/booking-laboratory';
import { eventually } from '../../../tests/eventually';
import { testClock } from '../../../tests/test-clock';
import { inProcessCopies, KEPT_MS, type BookingCopies, type BookingCopy } from './booking-copies';
import { fileCopies } from './file-copies';
import { redisCopies } from './redis-copies';

const clock = testClock(NOON);
const logger = pino({ level: 'silent' });
const redisUrl = process.env.TEST_REDIS_URL;
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
    booking: { id: randomUUID(), reference: 'K7QX-2MPD', marker: 'GPBG-1', replacesId: null },
  };
}

describe.each(STORES)('copies of bookings %s', (_, open) => {
  let copies: BookingCopies;
  beforeAll(async () => {
    copies = await open();
  });
  afterAll(() => copies.close());

  async function kept(one: BookingCopy): Promise<BookingCopy> {
    await eventually('the store takes it', () =>
      copies.keep(one).then(
        () => true,
        () => false,
      ),
    );
    return one;
  }

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
    const ids: string[] = [];
    for await (const { booking } of copies.all()) ids.push(booking.id);
    expect(ids).toContain(one.booking.id);
  });

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

test('a file of copies is closed to others', async () => {
  const path = file();
  const copies = await fileCopies(path, clock.now);
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  await copies.close();
});
