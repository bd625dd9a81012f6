import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DatabaseSettings } from '../../platform/database/database';
import { DatabaseUnavailable } from '../../platform/database/database-unavailable';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { identifiedPatient } from '../../subgraphs/appointments/sealed-patients';
import { situations, type Situation } from '../appointments/situations';
import { bookingLaboratory, confirmInput, standing, type BookingLaboratory } from '../booking-laboratory';
import { smallDisk, type SmallDisk } from '../faults/small-disk';

/** Name for this run alone, so that nothing of another one is in its way. */
const NAME = `on_a_small_disk_${randomBytes(4).toString('hex')}`;
const postgresUrl = process.env.TEST_POSTGRES_URL;

interface Place {
  name: string;
  /** A database on a disk of its own; null where there can be none. */
  prepare(): Promise<{ disk: SmallDisk; settings: DatabaseSettings } | null>;
  cleanUp(): Promise<void>;
}

const embedded: Place = {
  name: 'embedded',
  prepare() {
    const disk = smallDisk(4);
    if (disk === null) return Promise.resolve(null);
    return Promise.resolve({ disk, settings: { kind: 'embedded', file: join(disk.folder, 'test.db') } });
  },
  cleanUp: () => Promise.resolve(),
};

/** The tables are on the small disk; PostgreSQL's own log of changes is not, because without room for that it stops. */
function postgres(url: string): Place {
  async function asAdmin(statements: string[]): Promise<void> {
    const admin = new Client({ connectionString: url });
    await admin.connect();
    for (const statement of statements) await admin.query(statement);
    await admin.end();
  }
  return {
    name: 'PostgreSQL',
    async prepare() {
      const disk = smallDisk(24);
      if (disk === null) return null;
      const uid = Number(spawnSync('id', ['-u', 'postgres']).stdout.toString());
      chownSync(disk.folder, uid, -1);
      await asAdmin([
        `create tablespace ${NAME} location '${disk.folder}'`,
        `create database ${NAME} tablespace ${NAME}`,
      ]);
      return {
        disk,
        settings: { kind: 'postgres', url: Object.assign(new URL(url), { pathname: `/${NAME}` }).href },
      };
    },
    cleanUp: () => asAdmin([`drop database ${NAME} with (force)`, `drop tablespace ${NAME}`]),
  };
}

const places = [embedded, ...(postgresUrl === undefined ? [] : [postgres(postgresUrl)])];

describe.each(places)('the disk is full, $name', ({ prepare, cleanUp }) => {
  test('nothing is sent to a supplier before it is recorded, and all continues when there is room', async () => {
    const place = await prepare();
    if (place === null) {
      process.stderr.write('\nNo disk could be mounted (that needs root): a full disk was not tested.\n');
      return;
    }
    const { disk, settings } = place;
    const lab = await bookingLaboratory(settings);
    try {
      await fullAndEmptied(lab, disk);
    } finally {
      await lab.close();
      await cleanUp();
      disk.remove();
    }
  }, 60_000);
});

async function fullAndEmptied(lab: BookingLaboratory, disk: SmallDisk): Promise<void> {
  const { held, settled } = situations(lab);
  const waiting = await Promise.all(Array.from({ length: 8 }, () => held()));
  disk.fill();
  const refusal = await refusedAtLast(() => held());
  expect(refusal).toMatchObject({ name: 'DatabaseUnavailable', fault: 'FULL' });
  // Nobody is to be sent here meanwhile.
  await expect(lab.deps.ledger.ready()).rejects.toMatchObject({ fault: 'FULL' });

  const inputs = waiting.map(({ holdId }) => confirmInput(holdId));
  const ask = (situation: Situation, index: number) =>
    confirmBooking(inputs[index]!, situation.caller, lab.deps).catch((error: unknown) => error);
  const whileFull = await Promise.all(waiting.map(ask));
  expect(whileFull).toContainEqual(expect.any(DatabaseUnavailable));
  const standingOf = ({ offered }: Situation) => standing(lab, offered.slot.practice);
  const sent = waiting.filter((situation) => standingOf(situation) > 0);
  const putDown = await Promise.all(sent.map((situation) => bookingOf(situation, lab)));
  expect(putDown).not.toContain(null);

  disk.empty();
  // What was left half done is taken over when its lease has run out.
  lab.clock.advance(60_000);
  for (const [index, situation] of waiting.entries()) {
    // Where the booking was put down, who asks again waits for a first one that is no more.
    const told = await lab.clock.passUntil(confirmBooking(inputs[index]!, situation.caller, lab.deps));
    if (told.kind !== 'booking') throw new Error(`expected a booking, not ${told.kind}`);
    expect((await settled(told.booking)).state).toBe('CONFIRMED');
    expect(standingOf(situation)).toBe(1);
    expect(await lab.deps.ledger.brokenHistory(told.booking.id)).toBeNull();
  }
}

async function bookingOf({ caller }: Situation, { deps: { ledger, patients } }: BookingLaboratory) {
  const [son] = caller.actsFor;
  return (await ledger.liveBookingsOf(patients.digest(identifiedPatient(son!))))[0];
}

/** Some room can be left in files that are there already, so a full disk is noticed after a while. */
async function refusedAtLast(write: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 0; tries < 3_000; tries++)
    try {
      await write();
    } catch (error) {
      return error;
    }
  throw new Error('A full disk was never noticed.');
}
