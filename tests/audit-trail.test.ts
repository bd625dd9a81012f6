import { sql } from 'kysely';
import pino from 'pino';
import {
  ACKNOWLEDGED,
  CUT_OFF,
  cutOffHead,
  isWhole,
  CHAIN_RECORD,
  verifyAudit,
  type AuditEntry,
  type AuditStore,
  type ChainedEntry,
} from '../domain/audit';
import { manualTimers } from '../domain/manual-timers';
import { openAuditStore } from '../platform/database/audit-store';
import { openDatabase, type DatabaseSettings } from '../platform/database/database';
import { testDatabases } from './databases';
import { eventually } from '../domain/eventually';
import { auditLog } from '../gateway/audit/audit-log';

const logger = pino({ level: 'silent' });
const now = () => new Date('2026-11-23T12:00:00Z');
const TIMES = { gather: 5, again: 20 };

const entry = (operation: string): Omit<AuditEntry, 'at'> => ({
  callerKind: 'patient',
  caller: 'digest-of-a-caller',
  practice: null,
  operation,
  subjects: ['digest-of-a-booking'],
  outcome: 'Booking',
  requestId: 'request',
});

describe.each(testDatabases())('the audit trail on $name', ({ settings }) => {
  let where: DatabaseSettings;
  beforeEach(async () => {
    where = await settings();
  });

  const open = async () => auditLog(await openAuditStore(where), { now, logger }, TIMES);
  const verified = async () => {
    const store = await openAuditStore(where);
    const report = await verifyAudit(store);
    await store.close();
    return report;
  };
  async function tampered(...statements: string[]): Promise<void> {
    const { db, close } = await openDatabase(where, 'somebody', {});
    for (const statement of statements) await sql.raw(statement).execute(db);
    await close();
  }

  async function twoProcesses(): Promise<void> {
    const [one, two] = [await open(), await open()];
    await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        (number % 2 === 0 ? one : two).record(entry(`Number${number}`), number % 3 === 0),
      ),
    );
    await one.close();
    await two.close();
  }

  test('is whole, of two processes at once, each with a chain of its own', async () => {
    await twoProcesses();
    expect(await verified()).toEqual({ entries: 24, chains: 2, open: 0, broken: [], cutOff: [] });
  });

  test('shows that a process was killed, and goes on with a new chain', async () => {
    const killed = await open();
    await killed.record(entry('BeforeTheEnd'), true);
    await (await open()).close();
    expect(await verified()).toEqual({ entries: 4, chains: 2, open: 1, broken: [], cutOff: [] });
    await killed.close();
  });

  test.each([
    [
      'an entry is changed',
      "update audit_entry set outcome = 'OK' where sequence = 5",
      /entry 5 is not what/,
    ],
    [
      'whom it was about is changed',
      "update audit_entry set subjects_json = '[]' where sequence = 4",
      /entry 4 is not/,
    ],
    [
      'whom it was about is spoilt',
      "update audit_entry set subjects_json = '[' where sequence = 4",
      /entry 4 is not/,
    ],
    ['an entry is taken out', 'delete from audit_entry where sequence = 6', /entry 6 is missing before 7/],
    [
      'two entries change places',
      'update audit_entry set sequence = 100 - sequence where sequence in (3, 4); update audit_entry set sequence = 100 - sequence + (case when sequence = 97 then 1 else -1 end) where sequence > 90',
      /is not what was written/,
    ],
  ])('shows that %s', async (_, statements, words) => {
    await twoProcesses();
    await tampered(...statements.split('; '));
    const { broken } = await verified();
    expect(broken.join('\n')).toMatch(words);
  });

  test('shows that the end of a chain was cut off, once another one has been opened since', async () => {
    await twoProcesses();
    await (await open()).close();
    await tampered('delete from audit_entry where sequence > 8');
    const { broken } = await verified();
    expect(broken).toHaveLength(2);
    expect(broken[0]).toMatch(/that chain \S+ has seen is gone or changed/);
  });

  describe('whose database is restored to an earlier moment while processes run', () => {
    /** Everything after the moment is gone, of two processes; one of them wrote nothing before it. */
    async function restored() {
      const one = await open();
      await one.record(entry('BeforeTheBackup'), true);
      const other = await open();
      await tampered('create table backup as select * from audit_entry');
      await one.record(entry('AfterTheBackup'), true);
      await other.record(entry('AfterIt'), true);
      const late = await open();
      await tampered('delete from audit_entry', 'insert into audit_entry select * from backup');
      for (const log of [one, other, late]) {
        await log.record(entry('Goes on'), true);
        await log.close();
      }
    }

    test('goes on with new chains that say so, and accuses nobody', async () => {
      await restored();
      const { broken, cutOff } = await verified();
      expect(broken).toEqual([]);
      expect(cutOff.map(({ kept, known }) => [kept, known]).sort()).toEqual([
        [0, 1],
        [1, 2],
        [2, 3],
      ]);
      expect(cutOff.every(({ acknowledged }) => acknowledged === null)).toBe(true);
    });

    test('loses nothing that was recorded since', async () => {
      await restored();
      const store = await openAuditStore(where);
      const operations: string[] = [];
      for await (const { operation } of store.entries()) operations.push(operation);
      await store.close();
      expect(operations.filter((operation) => operation === 'Goes on')).toHaveLength(3);
      expect(operations.filter((operation) => operation === CUT_OFF)).toHaveLength(3);
    });

    test('is not complete before an operator has acknowledged the loss, and shows it ever after', async () => {
      await restored();
      expect(isWhole(await verified())).toBe(false);
      const store = await openAuditStore(where);
      const { cutOff } = await verifyAudit(store);
      const log = await auditLog(store, { now, logger }, TIMES);
      for (const { chain } of cutOff) {
        const head = await cutOffHead(store, chain);
        await log.record({ ...CHAIN_RECORD, operation: ACKNOWLEDGED, subjects: [head!, 'Restored.'] }, true);
      }
      await log.close();
      const report = await verified();
      expect(isWhole(report)).toBe(true);
      expect(report.cutOff.map(({ acknowledged }) => acknowledged)).toEqual(Array(3).fill('Restored.'));
    });

    test('hides no tampering: neither a removed end, nor other changes', async () => {
      let cutOffs = 0;
      const onCutOff = () => (cutOffs += 1);
      const log = await auditLog(await openAuditStore(where), { now, logger, onCutOff }, TIMES);
      for (const operation of ['One', 'Two', 'Three']) await log.record(entry(operation), true);
      await tampered(
        "delete from audit_entry where operation = 'Three'",
        "update audit_entry set outcome = 'OK' where operation = 'One'",
      );
      await log.record(entry('Four'), true);
      await log.close();
      const report = await verified();
      expect(report.broken.join()).toMatch(/entry 2 is not what was written/);
      expect(report.cutOff).toMatchObject([{ kept: 3, known: 4, acknowledged: null }]);
      expect(cutOffs).toBe(1);
      expect(isWhole(report)).toBe(false);
    });
  });

  test('shows that a whole chain was taken away', async () => {
    await twoProcesses();
    await (await open()).close();
    await tampered(
      "delete from audit_entry where chain = (select chain from audit_entry where operation = 'Number0')",
    );
    expect((await verified()).broken).not.toEqual([]);
  });
});

describe('a store that does not take entries', () => {
  let isBroken = true;
  let refusals = 0;
  const kept: ChainedEntry[] = [];
  const store: Omit<AuditStore, 'entries'> = {
    append(entries) {
      if (isBroken && kept.length > 0) {
        refusals += 1;
        return Promise.reject(new Error('disk full'));
      }
      kept.push(...entries);
      return Promise.resolve(true);
    },
    heads: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };

  test('is retried: nothing is lost, nothing is acknowledged before it is written, and waiting ends', async () => {
    const timers = manualTimers();
    const log = await auditLog(store, { now, logger, timers }, TIMES);
    let isWritten = false;
    const written = log.record(entry('Awaited'), true).then(() => (isWritten = true));
    for (let tries = 1; tries <= 3; tries++) {
      await eventually('it is refused, and waits', () => refusals === tries && timers.waiting === 1);
      timers.advance(TIMES.again - 1);
      expect(refusals).toBe(tries);
      timers.advance(1);
    }
    expect(isWritten).toBe(false);
    expect(log.hasRoom()).toBe(true);
    const rest = Array.from({ length: 9_999 }, () => log.record(entry('Waiting')));
    expect(log.hasRoom()).toBe(false);
    await eventually('it is refused once more', () => refusals === 4 && timers.waiting === 1);
    isBroken = false;
    timers.advance(TIMES.again);
    await Promise.all([written, ...rest]);
    expect(log.hasRoom()).toBe(true);
    expect(kept.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 10_001 }, (_, index) => index + 1),
    );
    await log.close();
  });
});
