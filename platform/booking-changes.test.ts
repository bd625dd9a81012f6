import { Redis } from 'ioredis';
import pino from 'pino';
import { eventually } from '../domain/eventually';
import { startRedis } from '../tests/servers';
import { redisHearChanges, redisTellChanges } from './booking-changes';

// The connections of this test are cut, so the Redis that all share cannot serve; `tests/global-setup.ts` says when there is none.
const suite = process.env.TEST_REDIS_URL === undefined ? describe.skip : describe;

suite('over Redis', () => {
  const logger = pino({ level: 'silent' });

  test('what one process tells another hears, again after its connection was cut', async () => {
    const server = (await startRedis())!;
    const [tell, hear] = [redisTellChanges(server.url, logger), redisHearChanges(server.url, logger)];
    const admin = new Redis(server.url);
    let heard = 0;
    const stop = hear.listen('booking-1', () => {
      heard += 1;
    });
    const isHeard = async () => {
      const before = heard;
      await eventually('the change is heard', () => {
        tell.changed('booking-1');
        return heard > before;
      });
    };
    await isHeard();
    expect(await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThan(0);
    await isHeard();
    const other = heard;
    tell.changed('booking-2');
    stop();
    tell.changed('booking-1');
    await admin.ping();
    expect(heard).toBe(other);
    await Promise.all([tell.close(), hear.close(), admin.quit()]);
    await server.stop();
  });
});
