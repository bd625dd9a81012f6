import { generateKeyPairSync } from 'node:crypto';
import pino from 'pino';
import { Registry } from 'prom-client';
import { stringify } from 'yaml';
import { z } from 'zod';
import { ANONYMOUS } from '../../../domain/caller';
import { eventually } from '../../../domain/eventually';
import { manualTimers } from '../../../domain/manual-timers';
import { assessmentDigest } from '../../../domain/assessment-digest';
import { EMBEDDED } from '../../../tests/databases';
import { assessmentStore } from '../assessment/assessment-store';
import { assessments } from '../assessment/assessments';
import { symptomChecks } from '../assessment/symptom-checks';
import { openTriageDatabase } from '../database/open-database';
import { switches } from '../switches/switches';
import { contentEditions, keepContent } from './content-editions';
import { announceExpiry, registerExpiry, switchesOffAtExpiry } from './content-expiry';
import { readContentFiles } from './content-files';
import { CONTENT_FOLDER, contentFrom, loadContent } from './load-content';
import { addSignature, readSigningKey, SIGNATURES_FILE } from './signatures';

/** Keys and names of this test alone: nobody has reviewed anything. */
const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-30T12:00:00Z');
const LAST_DAY = '2026-12-20';
/** The end of the last day of whoever ends first: a start would be refused from then on. */
const UNTIL = new Date('2026-12-21T00:00:00Z');
let now = NOW;
beforeEach(() => {
  now = NOW;
});

const people = ['One', 'Two', 'Three'].map((name) => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { name: `Test Reviewer ${name}`, role: 'a role in a test', ...readSigningKey(pem) };
});
const trust = { signers: people, now: () => now };

function signedContent() {
  const live = new Map(
    [...readContentFiles(CONTENT_FOLDER)].map(([name, text]) => [
      name,
      text
        .replace(/^status: demo$/m, 'status: live')
        .replace(/^reviewedBy: null$/m, 'reviewedBy: Test Reviewer One'),
    ]),
  );
  for (const [index, { name, role, key }] of people.entries()) {
    const expires = ['2027-06-01', LAST_DAY, '2027-11-01'][index]!;
    const file = addSignature(live, { name, role, date: '2026-11-30', expires }, key);
    live.set(SIGNATURES_FILE, stringify(file, { lineWidth: 0 }));
  }
  return contentFrom(live, trust);
}

const content = signedContent();
const Line = z.object({ level: z.int(), daysLeft: z.int().optional() });

it('is live until the first of those who have signed ends', () => {
  expect(content.liveUntil).toEqual(UNTIL);
  expect(loadContent().liveUntil).toBeNull();
});

it('stops starts, answers, advice and bookings in a process that runs on, and older editions too', async () => {
  const database = await openTriageDatabase(await EMBEDDED.settings());
  try {
    const { db } = database;
    const silent = pino({ level: 'silent' });
    await keepContent(db, content, () => now);
    const deps = {
      store: assessmentStore(db),
      editions: contentEditions(db, content, trust),
      switches: switchesOffAtExpiry(
        switches(database, () => now, silent),
        content,
        () => now,
      ),
      places: { find: () => Promise.resolve({ kind: 'unknown' as const }) },
      digestDevice: (text: string) => text,
      now: () => now,
    };
    const service = assessments(deps);
    const input = {
      pathwayId: 'cough',
      subject: { relationship: 'SELF', dateOfBirth: '1990-01-01', sex: 'MALE' },
      idempotencyKey: 'a-key-of-this-test-of-32-characters',
    } as const;
    now = new Date(UNTIL.getTime() - 60_000);
    const begun = await service.start(input, ANONYMOUS);
    if (begun.kind !== 'assessment') throw new Error('expected a symptom check');
    const { id } = begun.assessment.record;
    const digest = assessmentDigest(id);
    const checks = symptomChecks({ ...deps, database });
    expect((await checks.find(digest))?.result.kind).toBe('UNFINISHED');
    const older = contentEditions(db, loadContent(), trust);
    const { hash } = content.pathways.get('cough')!;
    expect(await older.find('cough', hash)).not.toBeNull();

    now = UNTIL;
    const again = { ...input, idempotencyKey: 'another-key-of-this-test-of-32-chars' };
    expect((await service.start(again, ANONYMOUS)).kind).toBe('switched-off');
    const answer = {
      assessmentId: id,
      questionId: 'emergency.screen',
      optionIds: ['none'],
      expectedRevision: 1,
    };
    expect((await service.answer(answer)).kind).toBe('switched-off');
    expect((await service.find(id))?.off).toBe(true);
    expect((await checks.find(digest))?.result.kind).toBe('SWITCHED_OFF');
    expect(await older.find('cough', hash)).toBeNull();
  } finally {
    await database.close();
  }
});

it('is announced for thirty days, once an hour, and said when it has come', async () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const timers = manualTimers();
  const said = async (instant: Date) => {
    await eventually('the task waits', () => timers.waiting === 1);
    now = instant;
    lines.splice(0);
    timers.advance(3_600_000);
    await eventually('the task waits again', () => timers.waiting === 1);
    return lines.map((line) => Line.parse(JSON.parse(line)));
  };
  now = new Date(UNTIL.getTime() - 31 * DAY_MS);
  const task = announceExpiry(content, () => now, logger, timers);
  expect(await said(now)).toEqual([]);
  expect(await said(new Date(UNTIL.getTime() - 10 * DAY_MS))).toEqual([{ level: 40, daysLeft: 10 }]);
  expect(await said(UNTIL)).toEqual([{ level: 50 }]);
  await task.stop();
});

it('is a metric of live content alone', async () => {
  const [live, demo] = [new Registry(), new Registry()];
  registerExpiry(live, content, () => now);
  registerExpiry(demo, loadContent(), () => now);
  now = new Date(UNTIL.getTime() - 5_000);
  expect(await live.metrics()).toContain('gp_booking_clinical_content_seconds_left 5\n');
  now = new Date(UNTIL.getTime() + DAY_MS);
  expect(await live.metrics()).toContain('gp_booking_clinical_content_seconds_left 0\n');
  expect(await demo.metrics()).not.toContain('clinical_content');
});
