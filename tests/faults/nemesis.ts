import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { EXCHANGE, type Cell, type Column, type WorldEvent } from './fault-matrix';
import { deskDoes } from './desk';
import type { DeskAct, SlotName } from './history';
import type { Practice } from './fault-practice';
import type { World } from './fault-world';

/** Target of a fault. */
export interface Target {
  practice: Practice;
  /** The slot that the person wants or has, where one is known. */
  slot: SlotName | null;
  /** The symptom check of the person's need. */
  check: string | null;
}

export interface Injected {
  /** Checks that the fault came about: an aim can wait in vain. */
  happened(): boolean;
  /** Ends what would go on by itself. */
  end(): Promise<void>;
}

/** Does to a world what the fault matrix says. */
export interface Nemesis {
  inject(cell: Cell, target: Target): Promise<Injected>;
  /** True once holds may have been lost. */
  holdStoreLost(): boolean;
  /** Waits for work in progress. */
  rest(): Promise<void>;
}

const DESK_EVENTS = {
  'desk-cancels': 'cancels',
  'desk-refills': 'cancels and refills',
  'desk-moves-time': 'moves to another time',
  'desk-moves-session': 'moves to another session',
} as const satisfies Partial<Record<WorldEvent, DeskAct['kind']>>;

const TWO_MINUTES = 120_000;
const PAUSE_MS = 5_000;
const BUSY_MS = 1_600;
const DISK_FULL_MS = 1_500;
const DOWN_MS = 300;
const FRONT_END_DEAD_MS = 2_000;
const CHECKS_UNREADABLE_MS = 600;

export function nemesis(world: World, offsetMs: number, isClockNight: boolean): Nemesis {
  const underWay = new Set<Promise<unknown>>();
  let holdsLost = world.services.length > 1 && world.lane.redis === null;

  function later(work: () => Promise<unknown>): void {
    const task = work().catch(() => undefined);
    underWay.add(task);
    void task.then(() => underWay.delete(task));
  }

  const setClocks = (ms: number) =>
    Promise.all(world.services.map((service) => service.setClock(offsetMs + ms).catch(() => undefined)));

  async function happen(event: WorldEvent, { practice, slot }: Target): Promise<void> {
    const { lane, simulators, services } = world;
    const { diary } = simulators;
    switch (event) {
      case 'kill-service':
        holdsLost ||= lane.redis === null;
        await services[0]?.kill();
        return;
      case 'kill-redis':
        holdsLost = true;
        await lane.redis?.kill();
        later(async () => {
          await sleep(DOWN_MS);
          await lane.redis?.start();
        });
        return;
      case 'restart-redis':
        holdsLost = true;
        await lane.redis?.kill();
        await lane.redis?.start();
        return;
      case 'flush-redis':
        holdsLost = true;
        await commandRedis(lane.redis?.port ?? 0, 'FLUSHALL');
        return;
      case 'pause-redis':
        holdsLost = true;
        lane.redis?.pause();
        later(async () => {
          await sleep(PAUSE_MS);
          lane.redis?.resume();
        });
        return;
      case 'kill-postgres':
        await lane.postgres?.kill();
        later(async () => lane.postgres?.start());
        return;
      case 'busy-writer':
        if (world.database.kind === 'embedded') later(await busyWriter(world.database.file));
        return;
      case 'disk-full':
        world.disk?.fill();
        later(async () => {
          await sleep(DISK_FULL_MS);
          world.disk?.empty();
        });
        return;
      case 'desk-takes-slot': {
        const taken = slotAt(world, practice, slot);
        if (taken !== undefined) diary.deskTakesSlot(practice.code, taken.id);
        return;
      }
      case 'desk-cancels':
      case 'desk-refills':
      case 'desk-moves-time':
      case 'desk-moves-session':
        for (const one of diary.appointments({ practice: practice.code }))
          if (one.status === 'BOOKED') deskDoes(DESK_EVENTS[event], one, world);
        return;
      case 'checks-unreadable':
        world.checks.canBeRead(false);
        later(async () => {
          await sleep(CHECKS_UNREADABLE_MS);
          world.checks.canBeRead(true);
        });
        return;
      case 'expire-sessions':
        simulators.expireSessions(practice.supplier);
        return;
      case 'clock-ahead':
        await setClocks(TWO_MINUTES);
        return;
      case 'clock-behind':
      case 'clock-steps-back':
        await setClocks(-TWO_MINUTES);
        return;
      case 'front-end-dies':
        await world.frontEndListens(false);
        later(async () => {
          await sleep(FRONT_END_DEAD_MS);
          await world.frontEndListens(true);
        });
        return;
      case 'clock-changes-tonight':
    }
  }

  function aimed({ act, column }: Cell, target: Target): Injected['happened'] {
    const { code, supplier } = target.practice;
    const exchange = EXCHANGE[column];
    const aim = (treatment: Parameters<World['aimAtSupplier']>[3], times = 1) =>
      world.aimAtSupplier(exchange, code, times, treatment);
    switch (act.at) {
      case 'supplier': {
        const times = act.times ?? 1;
        world.simulators.faults.add({
          supplier,
          practice: code,
          operation: exchange,
          times,
          fault: act.fault,
        });
        const met = aim({ fault: { kind: 'none' } }, times);
        return () => met.hits() > 0;
      }
      case 'supplier-wire': {
        const met = aim({ fault: act.fault });
        return () => met.hits() > 0;
      }
      case 'redis-wire': {
        holdsLost = true;
        const met = world.aimAtRedis({ fault: act.fault });
        return () => met.hits() > 0;
      }
      case 'commit': {
        const { fault } = act;
        if (act.after === 'start') {
          const met = world.aimAtCommit({ fault });
          return () => met.hits() > 0;
        }
        let met: { hits(): number } | null = null;
        aim({
          fault: { kind: 'none' },
          after() {
            met = world.aimAtCommit({ fault });
          },
        });
        return () => (met?.hits() ?? 0) > 0;
      }
      case 'request':
      case 'reply': {
        const hook = act.at === 'request' ? 'before' : 'after';
        const met = aim({ fault: { kind: 'none' }, [hook]: () => happen(act.event, target) });
        return () => met.hits() > 0;
      }
      case 'start':
        return () => act.event !== 'clock-changes-tonight' || isClockNight;
      case 'check': {
        const { check } = target;
        if (check === null) return () => false;
        if (act.when === 'start') {
          world.checks.change(check, act.fault);
          return () => true;
        }
        const hits = world.checks.changeAtNextRead(check, act.fault);
        return () => hits() > 0;
      }
    }
  }

  return {
    async inject(cell, target) {
      const { act, column } = cell;
      // A booking is read back when its answer was lost.
      if (column === 'read-back')
        world.simulators.faults.add({
          supplier: target.practice.supplier,
          practice: target.practice.code,
          operation: 'BOOK',
          times: 1,
          fault: { kind: 'reset-after-commit' },
        });
      if (act.at === 'start') await happen(act.event, target);
      return {
        happened: aimed(cell, target),
        async end() {
          if ('event' in act && act.event.startsWith('clock-')) await setClocks(0);
          // They check their symptoms again.
          if (act.at === 'check' && target.check !== null) world.checks.restore(target.check);
        },
      };
    },
    holdStoreLost: () => holdsLost,
    async rest() {
      await Promise.all(underWay);
    },
  };
}

/** Columns in which what a person does is waited for until it is settled. */
export const CONFIRM_COLUMNS: readonly Column[] = ['before send', 'after supplier commit', 'read-back'];

function slotAt({ simulators }: World, { code }: Practice, slot: SlotName | null) {
  if (slot === null) return undefined;
  const from = new Date(slot.startsAt);
  const found = simulators.diary.slots(code, from, new Date(slot.startsAt + 10 * 60_000));
  return found.find(({ state }) => state === 'FREE')?.slot;
}

export async function commandRedis(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${command}\r\n`);
  const answer = await Promise.race([once(socket, 'data').then(String), sleep(2_000).then(() => '')]);
  socket.destroy();
  return answer;
}

/** Another program that writes to the same file and takes its time. */
async function busyWriter(file: string): Promise<() => Promise<void>> {
  const other = new Libsql(file, { timeout: 20 });
  for (let tries = 0; tries < 100; tries++)
    try {
      other.exec('begin immediate');
      break;
    } catch {
      await sleep(10);
    }
  return async () => {
    await sleep(BUSY_MS);
    other.exec('rollback');
    other.close();
  };
}
