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

    /** @param cells faults on the way; @param people the people who want the practice's slots. */
    async function visit(slots: number, people: readonly (readonly Cell[])[], name: string): Promise<void> {
      const needsSession = people.flat().some(({ fault }) => fault === 'supplier session expires');
      const supplier = choices.pick(needsSession ? (['emis', 'tpp'] as const) : SUPPLIERS);
      const practice = openPractice(world, supplier, slots);
      practices.push(practice);
      await Promise.all(
        people.map(async (theirs, number) => {
          let during = name;
          await travel({
            client: patientClient(
              world,
              world.newPatient(practice.code),
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
    const crowd = visit(CROWD_SLOTS, nobodyAims, 'in the crowd');
    for (const [number, journey] of plan.journeys.entries())
      await visit(3, [journey], `journey ${number + 1}`);
    await crowd;
    await evil.rest();
    const history = await gather(world, operations, practices, evil.holdStoreLost());
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
