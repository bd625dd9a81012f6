import { OdsCode } from '../../../domain/ods-code';
import type { ReleaseRules } from '../../../domain/release-change';
import type { ReleaseLedger, ReleaseNote } from '../../../domain/release-ledger';
import { NOT_OPTED_IN } from '../../../domain/release-policy';
import { newPractice, NOON, LONG_WAIT_MS } from '../../../tests/booking-laboratory';
import { testDatabases } from '../../../tests/databases';
import { testClock } from '../../../tests/test-clock';
import { openDatabase, type Database, type DatabaseSettings } from '../../../platform/database/database';
import { ledgerMigrations } from '../database/migrations';
import type { LedgerTables } from '../database/tables';
import { releaseLedger } from './stored-releases';

const NOTE: ReleaseNote = {
  actor: {
    kind: 'practice-staff',
    id: 'a-pseudonym-of-staff',
    role: 'S8001:G8005:R8008',
    practice: 'B86030',
  },
  requestId: 'request-1',
  reason: null,
};
const RULES: ReleaseRules = {
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON'],
  dispositionIds: ['gp-6h'],
  slotTypes: ['111 urgent'],
  ageInMonths: null,
  dailyQuota: 3,
  takeBackMinutes: 120,
  minimumNoticeMinutes: 30,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
};

describe.each(testDatabases())('release rules on $name', (testDatabase) => {
  let settings: DatabaseSettings;
  let database: Database<LedgerTables>;
  let releases: ReleaseLedger;
  /** Another connection, as another process would have. */
  let elsewhere: { releases: ReleaseLedger; database: Database<LedgerTables> };

  const clock = testClock(NOON);

  async function open() {
    const opened = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
    return {
      database: opened,
      releases: releaseLedger({ ...opened, now: clock.sqlNow }, () => NOT_OPTED_IN, clock.timers),
    };
  }
  beforeAll(async () => {
    settings = { ...(await testDatabase.settings()), waitMs: LONG_WAIT_MS };
    ({ database, releases } = await open());
    elsewhere = await open();
  });
  beforeEach(async () => {
    await database.db.deleteFrom('practice_release').execute();
    await database.db.deleteFrom('practice_release_event').execute();
  });
  afterAll(async () => {
    await elsewhere.database.close();
    await database.close();
  });

  const set = (practice: OdsCode, expectedVersion: number, on = releases, dailyQuota = 3) =>
    on.change(practice, { kind: 'SET', expectedVersion, rules: { ...RULES, dailyQuota } }, NOTE);
  const policyOf = (practice: OdsCode, on = releases) => on.policy(practice);

  it('are off until the practice itself turns them on', async () => {
    const practice = newPractice();
    expect(await policyOf(practice)).toEqual({ ...NOT_OPTED_IN, updatedAt: null });
    expect(await set(practice, 0)).toMatchObject({ kind: 'applied', policy: { version: 1, status: 'OPEN' } });
    expect(await policyOf(practice, elsewhere.releases)).toMatchObject({ version: 1, status: 'OPEN' });
    expect((await policyOf(practice)).updatedAt).toEqual(NOON);
  });

  it('are set from the version they were read at, or not at all, over two connections and ten at once', async () => {
    const practice = newPractice();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        set(practice, 0, index % 2 === 0 ? releases : elsewhere.releases, index),
      ),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual([
      'applied',
      ...Array.from({ length: 9 }, () => 'stale'),
    ]);
    expect(await policyOf(practice)).toMatchObject({ version: 1 });
    const history = await releases.history(practice, 100);
    expect(history.map(({ sequence }) => sequence)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(history.filter(({ outcome }) => outcome === 'STALE')).toHaveLength(9);
  });

  it('have their whole history: who, when, why, before and after', async () => {
    const practice = newPractice();
    await set(practice, 0);
    await releases.change(practice, { kind: 'CLOSE', to: 'EVERYBODY' }, { ...NOTE, reason: 'Flooded' });
    await releases.refused(practice, 'REOPEN', { ...NOTE, actor: { ...NOTE.actor, practice: 'Y00001' } });
    const [refused, closed, opted] = await elsewhere.releases.history(practice, 10);
    expect(opted).toMatchObject({
      sequence: 1,
      action: 'SET',
      outcome: 'DONE',
      ...NOTE,
      before: { status: 'NOT_OPTED_IN' },
      after: { status: 'OPEN', dailyQuota: 3 },
    });
    expect(closed).toMatchObject({
      reason: 'Flooded',
      before: { status: 'OPEN' },
      after: { closedTo: 'EVERYBODY' },
    });
    expect(refused).toMatchObject({
      outcome: 'REFUSED',
      before: null,
      after: null,
      actor: { practice: 'Y00001' },
    });
    expect(await releases.history(practice, 1)).toHaveLength(1);
  });

  it.each([
    ['changed', { reason: 'Something else' }],
    ['rewritten', { after_json: null }],
  ])('show where an entry was %s', async (_, values) => {
    const practice = newPractice();
    await set(practice, 0);
    await set(practice, 1);
    await set(practice, 2);
    expect(await releases.brokenHistory(practice)).toBeNull();
    await database.db
      .updateTable('practice_release_event')
      .set(values)
      .where('practice', '=', practice)
      .where('sequence', '=', 2)
      .execute();
    expect(await releases.brokenHistory(practice)).toBe(2);
  });

  it('show where an entry was taken out', async () => {
    const practice = newPractice();
    for (const version of [0, 1, 2]) await set(practice, version);
    await database.db
      .deleteFrom('practice_release_event')
      .where('practice', '=', practice)
      .where('sequence', '=', 2)
      .execute();
    expect(await releases.brokenHistory(practice)).toBe(3);
  });

  it('name the practices that have opened their books', async () => {
    const [open1, closed] = [newPractice(), newPractice()];
    for (const practice of [open1, closed]) await set(practice, 0);
    await releases.change(closed, { kind: 'CLOSE', to: 'EVERYBODY' }, NOTE);
    const open2 = await releases.openPractices();
    expect(open2).toContain(open1);
    expect(open2).not.toContain(closed);
  });

  it('that cannot be read release nothing', async () => {
    const practice = newPractice();
    await set(practice, 0);
    await database.db
      .updateTable('practice_release')
      .set({ policy_json: '{"status":"OPEN"}' })
      .where('practice', '=', practice)
      .execute();
    const [unreadable, another] = await Promise.allSettled([practice, newPractice()].map(releases.policy));
    expect(unreadable).toMatchObject({ status: 'rejected' });
    expect(another).toMatchObject({ status: 'fulfilled' });
  });

  it('are read for hundreds of practices at once', async () => {
    const practices = Array.from({ length: 900 }, (_, index) => OdsCode.parse(`M${10_000 + index}`));
    const policies = await Promise.all(practices.map((practice) => policyOf(practice)));
    expect(policies).toHaveLength(900);
    expect(new Set(policies.map(({ updatedAt }) => updatedAt))).toEqual(new Set([null]));
  });
});
