import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Configuration } from './fault-matrix';
import { killablePostgres, killableRedis, type KillableServer } from './killable-servers';

/** The servers that histories run on one after the other; those of another lane are not disturbed by killing these. */
export interface FaultLane {
  redis: KillableServer | null;
  postgres: KillableServer | null;
  /** A new, empty database on this lane's PostgreSQL. */
  createDatabase(): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Sessions that are open on the database, this question's own left out. */
  sessionsOn(name: string): Promise<number>;
  close(): Promise<void>;
}

/** @throws Error when the machine lacks a server that the configuration needs. */
export async function openLane(configuration: Configuration): Promise<FaultLane> {
  const redis = configuration === 'libsql' ? null : needed(await killableRedis(), 'redis-server');
  const postgres = configuration === 'postgres-redis' ? needed(await killablePostgres(), 'PostgreSQL') : null;

  async function withAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
    const admin = new Client({
      connectionString: `postgres://postgres@127.0.0.1:${postgres?.port ?? 0}/postgres`,
    });
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.end();
    }
  }

  return {
    redis,
    postgres,
    async createDatabase() {
      const name = `faults_${randomBytes(6).toString('hex')}`;
      await withAdmin((admin) => admin.query(`create database ${name}`));
      return name;
    },
    async dropDatabase(name) {
      await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
    sessionsOn: (name) =>
      withAdmin(async (admin) => {
        const found = await admin.query('select 1 from pg_stat_activity where datname = $1', [name]);
        return found.rowCount ?? 0;
      }),
    async close() {
      await Promise.all([redis?.remove(), postgres?.remove()]);
    },
  };
}

function needed(server: KillableServer | null, name: string): KillableServer {
  if (server === null)
    throw new Error(`${name} is not installed: leave out the configurations that need it (--config).`);
  return server;
}
