import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';

import { spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { supplierIds } from '../../adapters/registry';
import { readConfig, simulatorPortVariable } from '../../config';
import { isWhole, verifyAudit } from '../../domain/audit';
import { openBookings } from '../../start';
import { openAuditStore } from '../../platform/database/audit-store';
import { findBookings } from '../../subgraphs/appointments/booking/find-lost-bookings';
import { eventually } from '../../domain/eventually';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import {
  asker,
  CANCEL,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamily,
  result,
  WITHIN_A_DAY,
  type Ask,
} from '../patient-journey';
import { postgresCluster } from '../postgres-cluster';

/** A numbered database of its own: the copies of other tests' bookings are none of this one's. */
const redisUrl = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/7`;
const canRun = process.env.TEST_POSTGRES_URL !== undefined && redisUrl !== undefined;
const POINT = 'before_the_mistake';

type Family = Awaited<ReturnType<typeof newFamily>>;

/** A PostgreSQL whose log is archived, so that it can be restored to a moment: as docs/operate.md says, step by step. */
async function archivingCluster() {
  const cluster = await postgresCluster('gp-booking-restore-', 60);
  if (cluster === null) throw new Error('PostgreSQL is not installed.');
  const { folder } = cluster;
  const { uid, gid } = statSync(join(folder, 'data'));
  const archive = join(folder, 'archive');
  spawnSync('mkdir', [archive], { uid, gid });
  const conf = join(folder, 'data', 'postgresql.conf');
  appendFileSync(
    conf,
    `\narchive_mode = on\narchive_command = 'cp %p ${archive}/%f'\nrestore_command = 'cp ${archive}/%f %p'\nrecovery_target_name = '${POINT}'\nrecovery_target_action = 'promote'\n`,
  );
  let server: ChildProcess | undefined;
  const url = `postgres://postgres@127.0.0.1:${cluster.port}/postgres`;

  async function start(): Promise<void> {
    server = cluster!.launch();
    await eventually('PostgreSQL is ready to be written', async () => {
      if (!cluster!.isReady()) return false;
      const [{ standby }] = await rows<{ standby: boolean }>('select pg_is_in_recovery() as standby');
      return !standby;
    });
  }

  async function stop(): Promise<void> {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill('SIGINT');
    await ended;
  }

  async function rows<Row>(statement: string): Promise<[Row, ...Row[]]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const answer = await client.query(statement);
      return answer.rows as [Row, ...Row[]];
    } finally {
      await client.end();
    }
  }

  function baseBackup(): void {
    const bin = spawnSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1'], {
      encoding: 'utf8',
    }).stdout.trim();
    const made = spawnSync(
      join(bin, 'pg_basebackup'),
      [
        '-h',
        '127.0.0.1',
        '-p',
        String(cluster!.port),
        '-U',
        'postgres',
        '-D',
        join(folder, 'base'),
        '-c',
        'fast',
      ],
      { uid, gid, cwd: folder, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(made.stderr);
  }

  return {
    url,
    start,
    stop,
    baseBackup,
    markMoment: () => rows(`select pg_create_restore_point('${POINT}')`),
    /** Stops PostgreSQL, puts the base backup in its place, and lets it catch up to the moment. */
    async restore() {
      await rows('select pg_switch_wal()');
      await stop();
      renameSync(join(folder, 'data'), join(folder, 'lost'));
      renameSync(join(folder, 'base'), join(folder, 'data'));
      spawnSync('touch', [join(folder, 'data', 'recovery.signal')], { uid, gid });
      await start();
    },
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function book({ ask, son }: Family, offered = 0): Promise<string> {
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { ownPractice, elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
  const slots = [...elsewhere, ...(ownPractice === null ? [] : [ownPractice])].flatMap(
    ({ slots: all }) => all,
  );
  const held = result(
    await ask(HOLD, {
      input: { slotId: slots[offered]!.id, patientId: son.id, idempotencyKey: randomUUID() },
    }),
  );
  if (held.id === undefined || held.__typename !== 'Hold') return held.__typename;
  const confirmed = result(
    await ask(CONFIRM, {
      input: { holdId: held.id, contactPhone: '01632 960001', idempotencyKey: randomUUID() },
    }),
  );
  expect(confirmed).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
  return confirmed.id ?? '';
}

const Mine = z.object({
  myBookings: z.object({
    edges: z.array(z.object({ node: z.object({ id: z.string(), status: z.string() }) })),
  }),
});

/** The caller's bookings, as they see them; null while the service cannot tell. */
async function mine(ask: Ask): Promise<Record<string, string> | null> {
  const { data } = await ask('{ myBookings { edges { node { id status } } } }');
  const answer = Mine.safeParse(data).data;
  return answer === undefined
    ? null
    : Object.fromEntries(answer.myBookings.edges.map(({ node }) => [node.id, node.status]));
}

/** Runs `npm run ops -- find-bookings`, with the settings of an appointments process. */
async function find(gateway: GatewayUnderTest, stores: Record<string, string> = {}) {
  const ports: Record<string, string> = Object.fromEntries(
    supplierIds.map((id) => [simulatorPortVariable(id), new URL(gateway.simulators.urls[id]).port]),
  );
  const { dataDir } = gateway.config;
  const settings = { NODE_ENV: 'test', DATA_DIR: dataDir, ...stores, ...ports };
  const logger = pino({ level: 'silent' });
  const { bookings, close } = await openBookings({
    config: readConfig(settings),
    logger,
    now: gateway.now,
    explorerFolder: '',
  });
  try {
    return await findBookings(bookings, { most: 100, pauseMs: 0, after: null });
  } finally {
    await close();
  }
}

(canRun ? describe : describe.skip)('PostgreSQL restored to an earlier moment while the service runs', () => {
  let postgres: Awaited<ReturnType<typeof archivingCluster>>;
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    postgres = await archivingCluster();
    await postgres.start();
    gateway = await inOneProcess({ DATABASE_URL: postgres.url, REDIS_URL: redisUrl ?? '' });
  });
  afterAll(async () => {
    await gateway.close();
    await postgres.close();
  });

  const standing = (family: Family) =>
    gateway.simulators.diary
      .appointments({ nhsNumber: family.son.nhsNumber })
      .filter(({ status }) => status === 'BOOKED').length;

  test('finds its people’s bookings again, doubles nobody, and accuses nobody', async () => {
    const [early, returning, looking, away, changed] = [
      await newFamily(gateway),
      await newFamily(gateway),
      await newFamily(gateway),
      await newFamily(gateway),
      await newFamily(gateway),
    ];
    const kept = await book(early);
    const cancelledSince = await book(changed);
    postgres.baseBackup();
    await postgres.markMoment();
    const [lost, seen, lostToo] = [await book(returning), await book(looking), await book(away)];
    await changed.ask(CANCEL, {
      input: { bookingId: cancelledSince, reason: 'OTHER', idempotencyKey: randomUUID() },
    });
    await postgres.restore();
    await eventually(
      'the service has its database again',
      async () => (await mine(early.ask))?.[kept] === 'CONFIRMED',
    );

    // A person who comes back before the search sees the lost booking, and is not booked twice.
    expect(await book(returning)).toBe('AlreadyBooked');
    await eventually(
      'the practice’s book is read',
      async () => (await mine(returning.ask))?.[lost] === 'CONFIRMED',
    );
    expect(standing(returning)).toBe(1);

    // Who looks at their bookings sees it again.
    await eventually(
      'the practice’s book is read',
      async () => (await mine(looking.ask))?.[seen] === 'CONFIRMED',
    );

    const findings = await find(gateway, { DATABASE_URL: postgres.url, REDIS_URL: redisUrl ?? '' });
    expect(findings.adopted.map(({ bookingId }) => bookingId)).toEqual([lostToo]);
    expect(findings).toMatchObject({ unsettled: [], left: [], notRead: [], next: null });
    expect(findings.missing.map(({ bookingId }) => bookingId)).toEqual([cancelledSince]);
    expect(await mine(changed.ask)).toEqual({ [cancelledSince]: 'CANCELLED_BY_PRACTICE' });
    expect(await mine(away.ask)).toEqual({ [lostToo]: 'CONFIRMED' });
    const cancel = { input: { bookingId: lostToo, reason: 'OTHER', idempotencyKey: randomUUID() } };
    expect(result(await away.ask(CANCEL, cancel))).toMatchObject({ status: 'CANCELLED' });
    expect([standing(early), standing(returning), standing(away), standing(changed)]).toEqual([1, 1, 0, 0]);

    const store = await openAuditStore(gateway.config.databases.audit);
    const report = await verifyAudit(store);
    await store.close();
    expect(report.broken).toEqual([]);
    expect(report.cutOff).toMatchObject([{ acknowledged: null }]);
    expect(report.cutOff[0]!.kept).toBeLessThan(report.cutOff[0]!.known);
    expect(isWhole(report)).toBe(false);
  });
});

test('the embedded database restored from a copy finds its people’s bookings again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-restore-'));
  const backup = mkdtempSync(join(tmpdir(), 'gp-booking-backup-'));
  const start = () => inOneProcess({ DATA_DIR: dataDir });
  // Each with what SQLite keeps beside it; copies.db is left as it is.
  const databases = (folder: string) =>
    readdirSync(folder).filter((name) => /^(ledger|triage|practices|audit)\.db/.test(name));
  const replaceAll = (from: string, to: string) => {
    for (const name of databases(to)) rmSync(join(to, name));
    for (const name of databases(from)) copyFileSync(join(from, name), join(to, name));
  };
  const first = await start();
  await book(await newFamily(first));
  await first.close();
  replaceAll(dataDir, backup);

  const second = await start();
  const family = await newFamily(second);
  const lost = await book(family);
  await second.close();
  replaceAll(backup, dataDir);

  const restored = await start();
  const ask = asker(restored.url, family.token);
  try {
    const findings = await find(restored);
    expect(findings.adopted.map(({ bookingId }) => bookingId)).toEqual([lost]);
    expect(findings).toMatchObject({ compared: 2, missing: [], left: [] });
    expect(await mine(ask)).toEqual({ [lost]: 'CONFIRMED' });
  } finally {
    await restored.close();
  }
  const store = await openAuditStore(restored.config.databases.audit);
  expect(isWhole(await verifyAudit(store))).toBe(true);
  await store.close();
});
