import type { SupplierFault } from '../../../adapters/gp-system';
import type { Asked, PracticeFound } from './search-practice';

export const SUPPLIER_OUTCOMES = [
  'ANSWERED',
  'PARTLY_ANSWERED',
  'TIMED_OUT',
  'THROTTLED',
  'UNAVAILABLE',
  'CIRCUIT_OPEN',
  'NOT_ASKED',
] as const;
export type SupplierOutcome = (typeof SUPPLIER_OUTCOMES)[number];

export interface SupplierReport {
  supplier: string;
  outcome: SupplierOutcome;
  practicesAsked: number;
  practicesAnswered: number;
  /** Of the slowest exchange. */
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
      considered.flatMap(({ asked }) => (asked?.supplier === supplier ? [asked] : [])),
    ),
  );
}

function report(supplier: string, asked: readonly Asked[]): SupplierReport {
  const errors = asked.flatMap(({ error }) => (error === null ? [] : [error]));
  const retryAfterMs = errors.map((error) => error.retryAfterMs ?? 0).reduce((a, b) => Math.max(a, b), 0);
  const answered = asked.length - errors.length;
  return {
    supplier,
    outcome: outcomeOf(
      answered,
      errors.map(({ fault }) => fault),
    ),
    practicesAsked: asked.length,
    practicesAnswered: answered,
    elapsedMs: asked.map(({ elapsedMs }) => elapsedMs).reduce((a, b) => Math.max(a, b), 0),
    retryAfterSeconds: retryAfterMs > 0 ? Math.ceil(retryAfterMs / 1000) : null,
  };
}

/** Of several faults the first one heard speaks for all. */
function outcomeOf(answered: number, [fault]: readonly SupplierFault[]): SupplierOutcome {
  if (fault === undefined) return answered === 0 ? 'NOT_ASKED' : 'ANSWERED';
  return answered > 0 ? 'PARTLY_ANSWERED' : OUTCOME_OF_FAULT[fault];
}

const OUTCOME_OF_FAULT: Record<SupplierFault, SupplierOutcome> = {
  TIMED_OUT: 'TIMED_OUT',
  THROTTLED: 'THROTTLED',
  CIRCUIT_OPEN: 'CIRCUIT_OPEN',
  UNREACHABLE: 'UNAVAILABLE',
  NOT_AUTHENTICATED: 'UNAVAILABLE',
  NOT_PERMITTED: 'UNAVAILABLE',
  SERVER_ERROR: 'UNAVAILABLE',
  BAD_REPLY: 'UNAVAILABLE',
  REQUEST_REFUSED: 'UNAVAILABLE',
};
