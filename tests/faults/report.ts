import type { Configuration } from './fault-matrix';
import type { RunOptions, RunResult } from './run';

/** The figures that are published; all of the run's violations, wherever they were found, count. */
export function report({ seed, histories, configurations }: RunOptions, result: RunResult) {
  const rows = configurations.map((configuration) => row(configuration, result));
  const total = (figure: keyof Omit<ReturnType<typeof row>, 'configuration' | 'uncovered'>) =>
    rows.reduce((sum, one) => sum + one[figure], 0);
  return {
    seed,
    histories: total('histories'),
    asked: histories,
    operations: total('operations'),
    faultsInjected: total('faultsInjected'),
    crashPoints: total('crashPoints'),
    lost: total('lost'),
    doubleBooked: total('doubleBooked'),
    unresolved: total('unresolved'),
    needingAPerson: total('needingAPerson'),
    violations: total('violations'),
    mutantsCaught: result.mutants.filter(({ caughtBy }) => caughtBy.length > 0).length,
    mutantsTotal: result.mutants.length,
    survivors: result.mutants.filter(({ caughtBy }) => caughtBy.length === 0).map(({ mutant }) => mutant),
    failed: result.failed,
    configurations: rows,
  };
}

export type Report = ReturnType<typeof report>;

function row(configuration: Configuration, { histories, crashes, probes, uncovered, cells }: RunResult) {
  const played = histories.filter(({ plan }) => plan.configuration === configuration);
  const killed = crashes.filter((one) => one.configuration === configuration).map(({ result }) => result);
  const probed = probes.filter((one) => one.configuration === configuration);
  const violations = [...played, ...killed, ...probed].flatMap((one) => one.violations);
  const broken = (number: number) => violations.filter(({ invariant }) => invariant === number).length;
  const missing = uncovered.filter((one) => one.configuration === configuration).map(({ cell }) => cell);
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    configuration,
    histories: played.length,
    operations: sum([...played, ...killed].map(({ operations }) => operations)),
    faultsInjected: sum(played.map(({ filled }) => filled.length)) + sum(killed.map(({ died }) => died)),
    crashPoints: sum(killed.map(({ died }) => died)),
    lost: broken(2),
    doubleBooked: broken(1),
    unresolved: broken(4),
    needingAPerson: sum(played.map(({ needingAPerson }) => needingAPerson)),
    violations: violations.length,
    cells: cells[configuration] ?? 0,
    cellsCovered: (cells[configuration] ?? 0) - missing.length,
    uncovered: missing,
  };
}

export function isGood({ violations, survivors, failed, configurations }: Report): boolean {
  return (
    violations === 0 &&
    survivors.length === 0 &&
    failed.length === 0 &&
    configurations.every(({ uncovered }) => uncovered.length === 0)
  );
}

export function inWords(figures: Report): string {
  const { histories, operations, faultsInjected, crashPoints, lost, doubleBooked, unresolved } = figures;
  const { violations, mutantsCaught, mutantsTotal, survivors, failed, configurations, seed } = figures;
  return [
    `${histories} histories, ${operations} operations, ${faultsInjected} faults, ${crashPoints} crash points (seed ${seed})`,
    `lost ${lost}, double booked ${doubleBooked}, unresolved ${unresolved}, promises broken ${violations}`,
    `mutants caught ${mutantsCaught} of ${mutantsTotal}`,
    ...survivors.map((mutant) => `SURVIVED: ${mutant}`),
    ...failed.map((text) => `COULD NOT BE RUN: ${text}`),
    ...configurations.map(
      (one) =>
        `${one.configuration}: ${one.cellsCovered} of ${one.cells} ways of the fault matrix came about`,
    ),
    ...configurations.flatMap((one) =>
      one.uncovered.map((cell) => `DID NOT COME ABOUT on ${one.configuration}: ${cell}`),
    ),
  ].join('\n');
}
