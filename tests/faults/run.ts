import { bundleService } from './bundle-service';
import { check } from './checker';
import { runCrashPoints, SCENARIO_NAMES, type CrashResult, type ScenarioName } from './crash-run';
import { deal } from './deal';
import { cellsOf, type Cell, type Configuration } from './fault-matrix';
import { runHistory, type HistoryPlan, type HistoryResult } from './history-run';
import { openLane, type FaultLane } from './lane';
import { MUTANTS, type Mutant } from './mutants';
import { runMutant, type MutantResult } from './mutant-run';
import { probesOn, runProbe, type ProbeName } from './probes';
import type { Violation } from './history';
import { canFillDisk } from './small-disk';

export interface RunOptions {
  seed: number;
  histories: number;
  configurations: readonly Configuration[];
  /** Only this history is played; with a cell's name, it has this fault alone. */
  only: number | null;
  cell: string | null;
  /** Worlds in progress at once. */
  atOnce: number;
  /** A line for each thing that has ended. */
  progress: (line: string) => void;
}

export interface RunResult {
  histories: HistoryResult[];
  crashes: { configuration: Configuration; scenario: ScenarioName; result: CrashResult }[];
  probes: { configuration: Configuration; probe: ProbeName; violations: Violation[] }[];
  mutants: MutantResult[];
  /** Runs that ended in an error of the harness, and so prove nothing. */
  failed: string[];
  uncovered: { configuration: Configuration; cell: string }[];
  cells: Record<string, number>;
}

/** Practices' codes of each kind of work begin here, so that nothing meets on a lane. */
const CRASH_SERIAL = 20_000;
const PROBE_SERIAL = 40_000;
const MAKE_UP_TRIES = 3;
/** Parts of each scenario's points, side by side. */
const CRASH_PARTS = 4;

type Work = { name: string; configuration: Configuration; run: (lane: FaultLane) => Promise<void> };

export async function runFaults(options: RunOptions): Promise<RunResult> {
  const { seed, histories, configurations, only, cell: wanted, atOnce, progress } = options;
  const bundle = await bundleService('product', []);
  const diskCanBeFilled = canFillDisk();
  if (!diskCanBeFilled)
    progress('No small disk can be mounted here: the disk is not filled (it takes root).');
  const cells = (configuration: Configuration) => cellsOf(configuration, diskCanBeFilled);
  const result: RunResult = {
    histories: [],
    crashes: [],
    probes: [],
    mutants: [],
    failed: [],
    uncovered: [],
    cells: {},
  };
  const failed = (text: string) => {
    result.failed.push(text);
    progress(`FAILED ${text}`);
  };

  const history = (plan: HistoryPlan): Work => ({
    name: `history ${plan.index}`,
    configuration: plan.configuration,
    async run(lane) {
      const played = await runHistory(plan, lane, bundle);
      result.histories.push(played);
      progress(historyLine(played));
    },
  });
  const plans = deal(seed, histories, configurations, cells);
  if (only !== null) {
    const chosen =
      wanted === null
        ? plans.filter(({ index }) => index === only)
        : configurations.flatMap((configuration) =>
            cells(configuration)
              .filter(({ id }) => id === wanted)
              .map((cell): HistoryPlan => ({ index: only, configuration, seed, journeys: [[cell]] })),
          );
    await inLanes(chosen.map(history), 1, failed);
    return result;
  }

  const crash = (configuration: Configuration, scenario: ScenarioName, number: number): Work => ({
    name: `"${scenario}" (${number + 1} of ${CRASH_PARTS})`,
    configuration,
    async run(lane) {
      const part = { number, of: CRASH_PARTS };
      const serial = CRASH_SERIAL + (SCENARIO_NAMES.indexOf(scenario) * CRASH_PARTS + number) * 500;
      const played = await runCrashPoints({ configuration, scenario, lane, bundle, serial, part });
      result.crashes.push({ configuration, scenario, result: played });
      const { points, died } = played;
      progress(
        `${configuration}: killed at ${died} of ${points} points of "${scenario}" (${number + 1} of ${CRASH_PARTS})${found(played.violations)}`,
      );
    },
  });
  const probe = (configuration: Configuration, name: ProbeName, number: number): Work => ({
    name: `"${name}"`,
    configuration,
    async run(lane) {
      const violations = check(await runProbe(name, PROBE_SERIAL + number * 1_000, lane, bundle));
      result.probes.push({ configuration, probe: name, violations });
      progress(`${configuration}: "${name}"${found(violations)}`);
    },
  });
  const mutant = (one: Mutant, number: number): Work => ({
    name: `mutant "${one.name}"`,
    configuration: one.on,
    async run(lane) {
      const played = await runMutant(one, number, lane);
      result.mutants.push(played);
      const [caught] = played.caughtBy;
      const how = caught === undefined ? 'SURVIVED' : `caught by promise ${caught.invariant}`;
      progress(`${one.on}: mutant "${one.name}" ${how}`);
    },
  });

  // The long ones first, so that no lane waits for them in the end.
  await inLanes(
    [
      ...configurations.flatMap((configuration) =>
        [...SCENARIO_NAMES]
          .reverse()
          .flatMap((name) =>
            Array.from({ length: CRASH_PARTS }, (_, number) => crash(configuration, name, number)),
          ),
      ),
      ...plans.map(history),
      ...configurations.flatMap((configuration) =>
        probesOn(configuration).map((name, number) => probe(configuration, name, number)),
      ),
      ...MUTANTS.filter(({ on }) => configurations.includes(on)).map(mutant),
    ],
    atOnce,
    failed,
  );

  for (let tries = 0; tries < MAKE_UP_TRIES; tries++) {
    const missing = configurations.flatMap((configuration) =>
      uncovered(result, configuration, cells(configuration)).map((cell) => ({ configuration, cell })),
    );
    const makeUps = missing.map(({ configuration, cell }, number) =>
      history({ index: histories + tries * 100 + number, configuration, seed, journeys: [[cell]] }),
    );
    if (makeUps.length > 0) progress(`${makeUps.length} faults have not come about yet; trying again`);
    await inLanes(makeUps, atOnce, failed);
  }
  result.uncovered = configurations.flatMap((configuration) =>
    uncovered(result, configuration, cells(configuration)).map(({ id }) => ({ configuration, cell: id })),
  );
  result.cells = Object.fromEntries(configurations.map((one) => [one, cells(one).length]));
  return result;
}

function uncovered({ histories }: RunResult, configuration: Configuration, cells: readonly Cell[]): Cell[] {
  const met = new Set(
    histories
      .filter(({ plan }) => plan.configuration === configuration)
      .flatMap(({ filled }) => filled.map(({ id }) => id)),
  );
  return cells.filter(({ id }) => !met.has(id));
}

/** Runs so many at once, each on servers of its own, which the next on the same configuration takes over. */
async function inLanes(work: readonly Work[], atOnce: number, failed: (text: string) => void): Promise<void> {
  const waiting = [...work];
  const free: { configuration: Configuration; lane: FaultLane }[] = [];
  async function worker(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name, configuration } = next;
      const kept = free.findIndex((one) => one.configuration === configuration);
      const lane =
        kept < 0
          ? await openLane(configuration)
          : (free.splice(kept, 1)[0]?.lane ?? (await openLane(configuration)));
      try {
        await next.run(lane);
      } catch (error) {
        failed(`${configuration}: ${name}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        free.push({ configuration, lane });
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    for (const { lane } of free) await lane.close();
  }
}

function historyLine({ plan, operations, filled, violations }: HistoryResult): string {
  const { index, configuration } = plan;
  const [alone, ...more] = plan.journeys.flat();
  const cell = alone !== undefined && more.length === 0 ? ` --cell "${alone.id}"` : '';
  return `${configuration}: history ${index}${cell}, ${operations} operations, ${filled.length} faults${found(violations)}`;
}

function found(violations: readonly Violation[]): string {
  return violations.map(({ invariant, text }) => `\n  BROKEN ${invariant}: ${text}`).join('');
}
