import { check } from './checker';
import { offsetToClockChange } from './clock-change';
import { gather } from './collected-evidence';
import type { Cell, Configuration } from './fault-matrix';
import type { History, RecordedOperation, Violation } from './history';
import { travel } from './fault-journey';
import type { FaultLane } from './lane';
import { nemesis } from './nemesis';
import { patientClient } from './patient';
import { openPractice } from './fault-practice';
import { seededRandom } from '../../domain/seeded-random';
import { openWorld, SUPPLIERS } from './fault-world';

/** Random choices of one history; the same seed and index choose the same. */
export interface HistoryPlan {
  index: number;
  configuration: Configuration;
  seed: number;
  /** One list for each person whose way is laid with faults. */
  journeys: readonly (readonly Cell[])[];
}

export interface HistoryResult {
  plan: HistoryPlan;
  operations: number;
  filled: Cell[];
  needingAPerson: number;
  violations: Violation[];
  history: History;
}

/** People who want a practice's slots at the same time. */
interface Visit {
  slots: number;
  /** For each the faults on their way. */
  people: readonly (readonly Cell[])[];
  name: string;
  /** They are from elsewhere, and the practice takes few of those. */
  hasQuota?: boolean;
}

const COMPARE_EVERY_MS = 600;
const CROWD = 4;
const CROWD_SLOTS = 2;
/** Practices' codes of one history. */
const CODES_EACH = 40;

export async function runHistory(plan: HistoryPlan, lane: FaultLane, bundle: string): Promise<HistoryResult> {
  const choices = seededRandom(plan.seed, 'history', plan.index);
  const cells = plan.journeys.flat();
  const isClockNight = cells.some(({ act }) => 'event' in act && act.event === 'clock-changes-tonight');
  const offsetMs = isClockNight ? offsetToClockChange(Date.now()) : 0;
  const world = await openWorld({
    lane,
    bundle,
    processes: 1 + choices.below(2),
    serial: plan.index * CODES_EACH,
    offsetMs,
    compareEveryMs: COMPARE_EVERY_MS,
    smallDisk: cells.some(({ fault }) => fault === 'disk full'),
  });
  try {
    const operations: RecordedOperation[] = [];
    const filled: Cell[] = [];
    const evil = nemesis(world, offsetMs, isClockNight);
    const practices: ReturnType<typeof openPractice>[] = [];

    async function visit({ slots, people, name, hasQuota = false }: Visit): Promise<void> {
      const needsSession = people.flat().some(({ fault }) => fault === 'supplier session expires');
      const supplier = hasQuota
        ? 'gp-connect'
        : choices.pick(needsSession ? (['emis', 'tpp'] as const) : SUPPLIERS);
      const practice = openPractice(world, supplier, slots, { hasQuota });
      // Where the quota is used, what is free is not offered.
      if (!hasQuota) practices.push(practice);
      // Only over the network are people from elsewhere booked.
      const areGuests = hasQuota || (supplier === 'gp-connect' && choices.chance(0.5));
      await Promise.all(
        people.map(async (theirs, number) => {
          let during = name;
          await travel({
            client: patientClient(
              world,
              areGuests ? world.newGuest() : world.newPatient(practice.code),
              operations,
              () => `${supplier}, ${during}`,
            ),
            practice,
            cells: theirs,
            nemesis: evil,
            random: seededRandom(plan.seed, 'person', plan.index, name, number),
            filled: (cell) => filled.push(cell),
            say: (what) => {
              during = what;
            },
          });
        }),
      );
    }

    const nobodyAims = Array.from({ length: CROWD }, (): readonly Cell[] => []);
    const crowds = [
      visit({ slots: CROWD_SLOTS, people: nobodyAims, name: 'in the crowd' }),
      visit({ slots: CROWD, people: nobodyAims, name: 'in the crowd from elsewhere', hasQuota: true }),
    ];
    for (const [number, journey] of plan.journeys.entries())
      await visit({ slots: 3, people: [journey], name: `journey ${number + 1}` });
    await Promise.all(crowds);
    await evil.rest();
    const history = await gather(world, operations, practices, {
      holdStoreLost: evil.holdStoreLost(),
      desksAct: true,
    });
    return {
      plan,
      operations: operations.length,
      filled,
      needingAPerson: history.ledger.bookings.filter(({ state }) => state.endsWith('MANUAL')).length,
      violations: check(history),
      history,
    };
  } finally {
    await world.close();
  }
}
