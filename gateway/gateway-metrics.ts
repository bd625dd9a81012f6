import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ERROR_CODES, type ErrorCode } from './error-codes';
import { FALLBACK_REASONS, type FallbackReason } from './execution/not-compiled';

/** The gateway's own metrics. Labels are names of published operations and codes: never anybody's text. */
export interface GatewayMetrics {
  /** @param operation its name in schema/operations; null: another document */
  executed(operation: string | null, seconds: number): void;
  /** A request that nothing was executed of. */
  refused(code: ErrorCode): void;
  /** A request whose sender went away while sending it: nobody's fault. */
  senderGone(): void;
  /** An error in the part of an answer that it concerns. */
  error(code: ErrorCode): void;
  /** Apollo's executor had to do it. */
  fallback(reason: FallbackReason): void;
  /** A document that was not kept from before. */
  documentRead(): void;
}

const PREFIX = 'gp_booking_gateway_';
const OTHER = 'other';
/** From what the gateway itself takes to the time after which queries are given up. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];

/** @param underWay operations at this moment */
export function gatewayMetrics(registry: Registry | undefined, underWay: () => number): GatewayMetrics {
  if (registry === undefined) return UNMEASURED;
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const seconds = new Histogram({
    name: `${PREFIX}operation_seconds`,
    help: 'Execution of operations, by their published name.',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: `${PREFIX}operations_in_progress`,
    help: 'Operations that are being executed.',
    registers,
    collect() {
      this.set(underWay());
    },
  });
  const refusals = counter('refusals_total', 'Requests of which nothing was executed, by code.', ['code']);
  const gone = counter('client_disconnects_total', 'Requests whose clients disconnected while sending.');
  const errors = counter('errors_total', 'Errors in responses, by code.', ['code']);
  const fallbacks = counter('fallbacks_total', 'Operations executed by Apollo’s executor, by reason.', [
    'reason',
  ]);
  // Rates see a series grow only once it is there: without these zeros the first fault of a process would not count.
  for (const code of Object.keys(ERROR_CODES)) {
    refusals.inc({ code }, 0);
    errors.inc({ code }, 0);
  }
  for (const reason of FALLBACK_REASONS) fallbacks.inc({ reason }, 0);
  const documents = counter('operation_cache_misses_total', 'Operation cache misses.');
  return {
    executed: (operation, took) => {
      seconds.observe({ operation: operation ?? OTHER }, took);
    },
    refused: (code) => {
      refusals.inc({ code });
    },
    senderGone: () => {
      gone.inc();
    },
    error: (code) => {
      errors.inc({ code });
    },
    fallback: (reason) => {
      fallbacks.inc({ reason });
    },
    documentRead: () => {
      documents.inc();
    },
  };
}

const nothing = () => undefined;
/** Metrics that record nothing. */
export const UNMEASURED: GatewayMetrics = {
  executed: nothing,
  refused: nothing,
  senderGone: nothing,
  error: nothing,
  fallback: nothing,
  documentRead: nothing,
};

/** Counts how often the end of this process's audit trail was lost; returns what to call then. */
export function countingCutOffs(registry: Registry | undefined): () => void {
  if (registry === undefined) return nothing;
  const cutOffs = new Counter({
    name: `${PREFIX}audit_cut_off_total`,
    help: 'Times that the end of the audit trail written by this process had disappeared.',
    registers: [registry],
  });
  return () => {
    cutOffs.inc();
  };
}
