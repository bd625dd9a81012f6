import pino from 'pino';
import { verifyAudit, type ChainedEntry } from '../domain/audit';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { manualTimers } from '../domain/manual-timers';
import { auditLog } from '../gateway/audit/audit-log';
import { auditor, type AuditedRequest, type Auditor } from '../gateway/audit/auditor';
import { openAuditStore } from '../platform/database/audit-store';
import type { DatabaseSettings } from '../platform/database/database';
import { EMBEDDED } from './databases';

const logger = pino({ level: 'silent' });
const now = () => new Date('2026-11-23T12:00:00Z');
const OPERATOR: Caller = { kind: 'operator', id: 'somebody' };

function request(id: number | string, source: string, caller: Caller = ANONYMOUS): AuditedRequest {
  const ids = typeof id === 'number' ? [`id-${id}`] : [id];
  return { caller, operation: 'assessment', ids, source: () => source, requestId: `request-${id}` };
}

let where: DatabaseSettings;
let timers: ReturnType<typeof manualTimers>;
let audit: Auditor;
beforeEach(async () => {
  where = await EMBEDDED.settings();
  timers = manualTimers();
  audit = auditor(
    await auditLog(await openAuditStore(where), { now, logger }),
    (text) => `digest of ${text}`,
    timers,
  );
});

/** Reads the entries on disk at the end, which must be those that were written. */
async function written(): Promise<ChainedEntry[]> {
  await audit.close();
  const store = await openAuditStore(where);
  expect((await verifyAudit(store)).broken).toEqual([]);
  const entries: ChainedEntry[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  await store.close();
  return entries.filter(({ operation }) => !operation.startsWith('CHAIN_'));
}

const leftOut = (entries: ChainedEntry[]) =>
  entries.filter(({ operation }) => operation === 'LEFT_OUT').map(({ subjects }) => subjects);

const executed = (about: AuditedRequest) => audit.executed(about, { answer: { data: {} }, isAwaited: false });

test('a flood of ids from one address adds sixty entries a minute, and says how many were left out', async () => {
  for (let id = 0; id < 5_000; id += 1) await executed(request(id, 'one'));
  await executed(request('of another', 'other'));
  timers.advance(60_000);
  for (let id = 0; id < 100; id += 1) await executed(request(id, 'one'));
  const entries = await written();
  expect(leftOut(entries)).toEqual([['4940 executed'], ['40 executed']]);
  expect(entries.filter(({ callerKind }) => callerKind === 'anonymous')).toHaveLength(60 + 1 + 60);
  expect(entries.map(({ subjects }) => subjects[0])).toContain('digest of of another');
});

test('a flood from many addresses, and of refusals, adds six hundred a minute of each', async () => {
  for (let id = 0; id < 2_000; id += 1) {
    await executed(request(id, `source-${id}`));
    audit.refused(request(id, `source-${id}`), 'UNAUTHENTICATED');
    // Not what tells of anybody.
    audit.refused(request(id, `source-${id}`), 'RATE_LIMITED');
  }
  const entries = await written();
  expect(leftOut(entries)).toEqual([['1400 executed', '1400 refused']]);
  expect(entries).toHaveLength(600 + 600 + 1);
});

test('requests of a signed-in caller are written, however many others there are', async () => {
  for (let id = 0; id < 700; id += 1) await executed(request(id, `source-${id}`));
  for (let id = 0; id < 200; id += 1) await executed(request(id, 'source-0', OPERATOR));
  expect((await written()).filter(({ caller }) => caller === 'somebody')).toHaveLength(200);
});

test('one request names ten ids at most without anybody being signed in, and says how many more', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => `${index}`);
  await executed({ ...request('', 'one'), ids });
  await executed({ ...request('', 'one', OPERATOR), ids });
  const [anonymous, operator] = await written();
  expect(anonymous!.subjects.slice(9)).toEqual(['digest of 9', 'and 240 more']);
  expect(operator!.subjects.slice(99)).toEqual(['digest of 99', 'and 150 more']);
});
