import { SupplierError, type SupplierFault } from './gp-system';
import { sessionCache } from './session-cache';

const failed = (fault: SupplierFault) => new SupplierError('s', fault, { mayHaveBeenSent: true });
const NOON = new Date('2026-07-01T11:00:00Z');
const cache = (now = () => NOON) => sessionCache<string>({ ttlMs: 60_000, now });

it('logs on once for all who ask meanwhile', async () => {
  const sessions = cache();
  let times = 0;
  const logOn = () => Promise.resolve(`session ${(times += 1)}`);
  const all = await Promise.all([
    sessions.get('k', logOn),
    sessions.get('k', logOn),
    sessions.get('k', logOn),
  ]);
  expect(new Set(all)).toEqual(new Set(['session 1']));
});

it('lets the next in line log on when the one who did had no time left', async () => {
  const sessions = cache();
  const hasty = sessions.get('k', () => Promise.reject(failed('TIMED_OUT')));
  const patient = sessions.get('k', () => Promise.resolve('session'));
  await expect(hasty).rejects.toThrow(SupplierError);
  await expect(patient).resolves.toBe('session');
});

it('does not log on again for everybody when the supplier has refused one', async () => {
  const sessions = cache();
  let times = 0;
  const refused = () => {
    times += 1;
    return Promise.reject(failed('NOT_AUTHENTICATED'));
  };
  const all = await Promise.allSettled([sessions.get('k', refused), sessions.get('k', refused)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(times).toBe(1);
});

it('logs on again when the session’s time has passed, and not before', async () => {
  let now = NOON.getTime();
  const sessions = cache(() => new Date(now));
  let times = 0;
  const session = () => sessions.get('k', () => Promise.resolve(`session ${(times += 1)}`));
  expect(await session()).toBe('session 1');
  now += 59_999;
  expect(await session()).toBe('session 1');
  now += 1;
  expect(await session()).toBe('session 2');
});
