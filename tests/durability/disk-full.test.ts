import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DatabaseSettings } from '../../subgraphs/database';
import { DatabaseUnavailable } from '../../subgraphs/database-unavailable';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { situations, type Situation } from '../appointments/situations';
import { bookingLaboratory, confirmInput, standing, type BookingLaboratory } from '../booking-laboratory';
import { smallDisk, type SmallDisk } from '../faults/small-disk';

const DATABASE = 'on_a_small_disk';
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
        `create tablespace small_disk location '${disk.folder}'`,
        `create database ${DATABASE} tablespace small_disk`,
      ]);
      return {
        disk,
        settings: { kind: 'postgres', url: Object.assign(new URL(url), { pathname: `/${DATABASE}` }).href },
      };
    },
    cleanUp: () => asAdmin([`drop database ${DATABASE} with (force)`, 'drop tablespace small_disk']),
  };
}

const places = [embedded, ...(postgresUrl === undefined ? [] : [postgres(postgresUrl)])];

describe.each(places)('the disk is full, $name', ({ prepare, cleanUp }) => {
  test('nothing is sent to a supplier that cannot be put down, and all goes on when there is room', async () => {
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

  const inputs = waiting.map(({ holdId }) => confirmInput(holdId));
  const ask = (situation: Situation, index: number) =>
    confirmBooking(inputs[index]!, situation.caller, lab.deps).catch((error: unknown) => error);
  const whileFull = await Promise.all(waiting.map(ask));
  const refused = waiting.filter((_, index) => whileFull[index] instanceof DatabaseUnavailable);
  expect(refused.length).toBeGreaterThan(0);
  const standingOf = ({ offered }: Situation) => standing(lab, offered.slot.practice);
  expect(refused.map(standingOf)).toEqual(refused.map(() => 0));

  disk.empty();
  for (const [index, situation] of waiting.entries()) {
    const told = await confirmBooking(inputs[index]!, situation.caller, lab.deps);
    if (told.kind !== 'booking') throw new Error(`expected a booking, not ${told.kind}`);
    expect((await settled(told.booking)).state).toBe('CONFIRMED');
    expect(standingOf(situation)).toBe(1);
    expect(await lab.deps.ledger.brokenHistory(told.booking.id)).toBeNull();
  }
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
