import { inProcessChanges } from '../../platform/booking-changes';
import { manualTimers } from '../../domain/manual-timers';
import { liveStreams } from './live-streams';

function opened() {
  const timers = manualTimers();
  const changes = inProcessChanges();
  const streams = liveStreams(changes, timers);
  const open = (payer = 'ann', id = 'booking-1') => streams.open(payer, id);
  return { timers, changes, streams, open };
}

test('it wakes when its booking changes, and for no other', async () => {
  const { timers, changes, open } = opened();
  const stream = open()!;
  const woken = stream.next();
  changes.changed('booking-2');
  expect(await Promise.race([woken, Promise.resolve('asleep')])).toBe('asleep');
  changes.changed('booking-1');
  expect(await woken).toBe(true);
  stream.end();
  expect(timers.waiting).toBe(0);
});

test('a change while its reader is answered is not missed', async () => {
  const { changes, open } = opened();
  const stream = open()!;
  changes.changed('booking-1');
  changes.changed('booking-1');
  expect(await stream.next()).toBe(true);
  expect(await Promise.race([stream.next(), Promise.resolve('asleep')])).toBe('asleep');
});

test('without a word it looks every 15 seconds, and ends after ten minutes', async () => {
  const { timers, open } = opened();
  const stream = open()!;
  let looks = 0;
  for (;;) {
    const next = stream.next();
    timers.advance(15_000);
    if (!(await next)) break;
    looks += 1;
  }
  expect(looks).toBe(39);
  expect(timers.waiting).toBe(0);
});

test('four of one payer are open at once, and 1,000 of all; ended ones make room', () => {
  const { open } = opened();
  const own = Array.from({ length: 4 }, () => open('ann'));
  expect(own).not.toContain(null);
  expect(open('ann')).toBeNull();
  own[0]!.end();
  own[0]!.end();
  expect(open('ann')).not.toBeNull();
  expect(open('ann')).toBeNull();
  for (let count = 4; count < 1_000; count++) expect(open(`payer-${count}`)).not.toBeNull();
  expect(open('bob')).toBeNull();
});

test('closing ends all of them, and none is opened any more', async () => {
  const { streams, open, timers } = opened();
  const waiting = [open('ann')!, open('bob')!].map((stream) => stream.next());
  await streams.close();
  expect(await Promise.all(waiting)).toEqual([false, false]);
  expect(open('ann')).toBeNull();
  expect(timers.waiting).toBe(0);
});
