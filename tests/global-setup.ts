import { spawnSync } from 'node:child_process';
import { startPostgres, startRedis, type TestServer } from './servers';

declare global {
  var testServers: TestServer[] | undefined;
}

/** Starts the Redis and PostgreSQL of the machine; prints which suites run without. */
export default async function setup(): Promise<void> {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  globalThis.testServers = [redis, postgres].filter((server) => server !== null);
  if (redis !== null) process.env.TEST_REDIS_URL = redis.url;
  else missing('REQUIRE_REDIS', 'redis-server is not installed: hold stores were tested in process only.');
  if (postgres !== null) process.env.TEST_POSTGRES_URL = postgres.url;
  else
    missing(
      'REQUIRE_POSTGRES',
      'PostgreSQL is not installed: ledgers were tested on the embedded database only.',
    );
  if (spawnSync('promtool', ['--version']).status !== 0)
    missing('REQUIRE_PROMTOOL', 'promtool (Debian: prometheus) is not installed: alarms were not played.');
}

function missing(requirement: string, sentence: string): void {
  if (process.env[requirement] === '1') throw new Error(`${requirement}=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}
