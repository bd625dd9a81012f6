import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { startSimulators } from './start-simulators';
import { type Diary, diary } from './diary';
import type { Audience, DiaryAppointment } from './diary-records';
import { openJournal } from './journal';

const NOON = new Date('2026-07-01T11:00:00Z');
const ONE = new Date('2026-07-01T12:00:00Z');
const EVENING = new Date('2026-07-01T17:00:00Z');
const PATIENTS: Audience = { route: 'PATIENT_SESSION' };
const practice = OdsCode.parse('B86030');
const person = {
  nhsNumber: syntheticNhsNumber(1),
  familyName: 'O’Hara',
  givenName: 'Zoë',
  birthDate: CalendarDate.parse('1990-05-05'),
  linkage: { userId: 'user-1', key: 'key-1' },
};

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
const newFile = () => join(folder, `${++files}`, 'diary.jsonl');
const started = (file: string, at = NOON) => diary({ now: () => at, ...openJournal(file, at) });
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);

function bookFirst(book: Diary, from = ONE, to = EVENING): DiaryAppointment {
  book.deskFrees(practice, from, to);
  const patient = book.registerPatient(practice, person);
  const [slot] = book.freeSlots(practice, from, to, PATIENTS);
  const result = book.book({
    practice,
    slotId: slot!.id,
    patient,
    audience: PATIENTS,
    consumer: 'test',
    reason: 'A rash',
  });
  if (result.kind !== 'BOOKED') throw new Error(result.why);
  return result.appointment;
}

/** Everything that can be seen of a diary around the day. */
const seen = (book: Diary) => ({
  appointments: book.appointments(),
  slots: book.slots(practice, ONE, EVENING),
  patient: book.patientByLinkage(practice, person.linkage.userId),
  settings: book.settings(practice),
});

describe('the journal of the simulated suppliers', () => {
  it('brings back after a restart all that was booked, cancelled, moved, taken, registered and set', () => {
    const file = newFile();
    const before = started(file);
    const cancelled = bookFirst(before);
    before.cancel(practice, cancelled.id, 'test', 'No longer required');
    const moved = bookFirst(before);
    const target = before.freeSlots(practice, ONE, EVENING, PATIENTS)[3]!;
    before.deskMoves(practice, moved.id, target.id);
    before.deskTakesSlot(practice, target.id + 1);
    before.deskTakes(practice, new Date('2026-07-01T15:00:00Z'), EVENING, 'Routine');
    before.registerPatient(practice, { ...person, nhsNumber: syntheticNhsNumber(2) }, 'TEMPORARY');
    before.configure(practice, { bookingLimit: 3 });

    const after = started(file);
    expect(seen(after)).toEqual(seen(before));
    expect(seen(started(file))).toEqual(seen(before));
    expect(after.appointments().map(({ status, version }) => [status, version])).toEqual([
      ['CANCELLED', 2],
      ['BOOKED', 2],
    ]);
    expect(after.patient(practice, syntheticNhsNumber(2))).toMatchObject({ registration: 'TEMPORARY' });
  });

  it('refuses a slot that was booked before the restart, and lets it be cancelled', () => {
    const file = newFile();
    const { id, slot, patient } = bookFirst(started(file));
    const after = started(file);
    const request = { practice, slotId: slot.id, patient, audience: PATIENTS, consumer: 'test' };
    expect(after.book(request)).toEqual({ kind: 'REFUSED', why: 'TAKEN' });
    expect(after.cancel(practice, id, 'test')).toMatchObject({ kind: 'CANCELLED' });
    expect(started(file).book(request)).toMatchObject({ kind: 'BOOKED' });
  });

  it('knows a patient by the same id, and gives no id twice', () => {
    const file = newFile();
    const first = bookFirst(started(file));
    const second = bookFirst(started(file));
    expect(second.patient.id).toBe(first.patient.id);
    expect(second.id).not.toBe(first.id);
  });

  it('has a booking in the file as soon as it is made', () => {
    const file = newFile();
    const { id } = bookFirst(started(file));
    expect(lines(file).at(-1)).toContain(id);
  });

  it('reads again whoever it has registered, without a given name too, and writes nobody it could not read', () => {
    const file = newFile();
    const book = started(file);
    const person = { familyName: 'Example', birthDate: CalendarDate.parse('1990-05-05') };
    const named = (familyName: string, givenName: string, number: number) =>
      book.registerPatient(practice, {
        ...person,
        familyName,
        givenName,
        nhsNumber: syntheticNhsNumber(number),
      });
    named('Example', '', 51);
    const before = lines(file);
    expect(() => named('', 'Ada', 52)).toThrow();
    expect(lines(file)).toEqual(before);
    expect(started(file).patient(practice, syntheticNhsNumber(51))).toMatchObject({ givenName: '' });
  });

  it('changes nothing where the file cannot be written', () => {
    const file = newFile();
    const book = started(file);
    const before = seen(book);
    rmSync(join(file, '..'), { recursive: true });
    expect(() => bookFirst(book)).toThrow('ENOENT');
    expect(seen(book)).toEqual(before);
  });

  it('drops a last line that was cut short, whole', () => {
    const file = newFile();
    bookFirst(started(file));
    const whole = readFileSync(file, 'utf8');
    const lastLine = lines(file).at(-1)!;
    for (const lost of [1, 2, Math.floor(lastLine.length / 2), lastLine.length]) {
      writeFileSync(file, whole.slice(0, -lost));
      const after = started(file);
      expect(after.appointments()).toEqual([]);
      expect(after.slots(practice, ONE, EVENING).every(({ state }) => state === 'FREE')).toBe(true);
    }
  });

  it.each([
    ['no JSON', '[{"kind":'],
    ['no change', '[{"kind":"slot","practice":"B86030"}]'],
    ['an empty line', ''],
  ])('names file and line where a line is %s, and leaves the file alone', (_, line) => {
    const file = newFile();
    started(file).registerPatient(practice, person);
    appendFileSync(file, `${line}\n`);
    const before = readFileSync(file, 'utf8');
    expect(() => started(file)).toThrow(`${file}, line 2, is no entry`);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('forgets the days gone by at the next start, but neither patients nor settings', () => {
    const file = newFile();
    const late = new Date('2026-07-01T22:40:00Z');
    const midnight = new Date('2026-07-01T23:00:00Z');
    const morning = new Date('2026-07-02T11:00:00Z');
    const before = started(file);
    before.configure(practice, { bookingLimit: 5 });
    const todays = bookFirst(before, late, midnight);
    const tomorrows = bookFirst(before, midnight, morning);
    expect(started(file).appointments()).toHaveLength(2);

    // One minute past midnight in London is still the day before in UTC.
    const after = started(file, new Date('2026-07-01T23:01:00Z'));
    expect(after.appointments()).toEqual([tomorrows]);
    expect(after.patient(practice, person.nhsNumber)).toEqual(tomorrows.patient);
    expect(after.settings(practice)).toMatchObject({ bookingLimit: 5 });
    const kept = readFileSync(file, 'utf8');
    expect(kept).not.toContain(todays.id);
    expect(kept).not.toContain(`"id":${todays.slot.id},`);
    expect(kept).toContain(`"id":${tomorrows.slot.id},`);
  });

  it('does not grow when a change only repeats the state', () => {
    const file = newFile();
    for (let start = 0; start < 5; start++) started(file).registerPatient(practice, person);
    started(file);
    expect(lines(file)).toHaveLength(1);
  });

  it('keeps what a running set books after another start has tidied the file', () => {
    const file = newFile();
    const running = started(file);
    started(file);
    const appointment = bookFirst(running);
    expect(started(file).appointments()).toEqual([appointment]);
  });

  it('is readable by its owner alone', () => {
    const file = newFile();
    started(file).registerPatient(practice, person);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('stands behind the suppliers when they are started again', async () => {
    const options = { journal: newFile(), now: () => NOON, logger: pino({ level: 'silent' }) };
    const first = await startSimulators(options);
    const appointment = bookFirst(first.diary);
    await first.close();
    const second = await startSimulators(options);
    expect(second.diary.appointments()).toEqual([appointment]);
    await second.close();
  });
});
