import type { SupplierFault } from '../../../adapters/gp-system';
import { seconds } from '../retry-after-seconds';
import type { SupplierSearch, PracticeFound } from './search-practice';

export const SUPPLIER_OUTCOMES = [
  'ANSWERED',
  'PARTLY_ANSWERED',
  'TIMED_OUT',
  'THROTTLED',
  'UNAVAILABLE',
  'CIRCUIT_OPEN',
  'MAINTENANCE',
  'NOT_ASKED',
] as const;
export type SupplierOutcome = (typeof SUPPLIER_OUTCOMES)[number];

export interface SupplierReport {
  supplier: string;
  outcome: SupplierOutcome;
  practicesAsked: number;
  practicesAnswered: number;
  /** Duration of the slowest exchange. */
  elapsedMs: number;
  retryAfterSeconds: number | null;
}

/** One report for each configured supplier, asked or not: a supplier that failed is never silently missing. */
export function supplierReports(
  suppliers: Iterable<string>,
  considered: readonly PracticeFound[],
): SupplierReport[] {
  return [...suppliers].map((supplier) =>
    report(
      supplier,
      considered.flatMap(({ search }) => (search?.supplier === supplier ? [search] : [])),
    ),
  );
}

function report(supplier: string, searches: readonly SupplierSearch[]): SupplierReport {
  const errors = searches.flatMap(({ error }) => (error === null ? [] : [error]));
  const retryAfterMs = errors.map((error) => error.retryAfterMs ?? 0).reduce((a, b) => Math.max(a, b), 0);
  const answers = searches.length - errors.length;
  return {
    supplier,
    outcome: outcomeOf(
      answers,
      errors.map(({ fault }) => fault),
    ),
    practicesAsked: searches.length,
    practicesAnswered: answers,
    elapsedMs: searches.map(({ elapsedMs }) => elapsedMs).reduce((a, b) => Math.max(a, b), 0),
    retryAfterSeconds: retryAfterMs > 0 ? seconds(retryAfterMs) : null,
  };
}

/** Returns the outcome for a supplier; the first of several faults stands for all. */
function outcomeOf(answers: number, [fault]: readonly SupplierFault[]): SupplierOutcome {
  if (fault === undefined) return answers === 0 ? 'NOT_ASKED' : 'ANSWERED';
  return answers > 0 ? 'PARTLY_ANSWERED' : OUTCOME_OF_FAULT[fault];
}

const OUTCOME_OF_FAULT: Record<SupplierFault, SupplierOutcome> = {
  TIMED_OUT: 'TIMED_OUT',
  THROTTLED: 'THROTTLED',
  CIRCUIT_OPEN: 'CIRCUIT_OPEN',
  MAINTENANCE: 'MAINTENANCE',
  QUEUE_TOO_LONG: 'NOT_ASKED',
  UNREACHABLE: 'UNAVAILABLE',
  NOT_AUTHENTICATED: 'UNAVAILABLE',
  NOT_PERMITTED: 'UNAVAILABLE',
  SERVER_ERROR: 'UNAVAILABLE',
  BAD_REPLY: 'UNAVAILABLE',
  REQUEST_REFUSED: 'UNAVAILABLE',
};
