import { z } from 'zod';
import { OdsCode } from '../../domain/ods-code';

/** The kinds of request to a simulated supplier that a fault can be aimed at. */
export const OPERATIONS = [
  'SESSION',
  'SEARCH',
  'PATIENT',
  'BOOK',
  /** Asks whether an operation that a booking began has ended. */
  'POLL',
  'READ',
  'CANCEL',
  'OTHER',
] as const;
export type SimulatedOperation = (typeof OPERATIONS)[number];

/** `malformed`, `html-200`, `truncated`, `slow-drip`, `drift` and `entity-bomb` spoil the answer of a request that was carried out. */
export const Fault = z.discriminatedUnion('kind', [
  /** Waits before executing, so a booking may still happen after the caller has given up. */
  z.object({ kind: z.literal('slow'), ms: z.number().int().positive().max(600_000) }),
  /** Waits until released (`POST /faults/release`), before executing or, with `afterCommit`, before answering. */
  z.object({ kind: z.literal('held'), afterCommit: z.boolean().optional() }),
  z.object({ kind: z.literal('throttled'), retryAfterSeconds: z.number().int().nonnegative().optional() }),
  z.object({
    kind: z.literal('server-error'),
    /** 408 is a proxy’s word for a receiver that did not answer in time. */
    status: z.literal([408, 500, 502, 503, 504]),
    afterCommit: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('malformed') }),
  z.object({ kind: z.literal('html-200') }),
  z.object({ kind: z.literal('truncated') }),
  z.object({ kind: z.literal('slow-drip') }),
  z.object({ kind: z.literal('reset-before-commit') }),
  z.object({ kind: z.literal('reset-after-commit') }),
  /**
   * The course of the operation that a booking begins, where its supplier has such: when it takes effect after the reply, 0
   * before it; and when it says so, null never.
   */
  z.object({
    kind: z.literal('operation'),
    effectAfterMs: z.number().int().nonnegative().max(600_000),
    endsAfterMs: z.number().int().nonnegative().max(600_000).nullable(),
  }),
  /** The answer is another text, such as the one that somebody else got, though the request was carried out. */
  z.object({ kind: z.literal('replaced'), body: z.string() }),
  /** A reply that has drifted from what was promised: `at` is a path as `leafPaths` names it. */
  z.object({
    kind: z.literal('drift'),
    change: z.enum(['field-added', 'field-removed', 'field-mistyped']),
    at: z.string(),
  }),
  /** A document type whose entities would grow without end. */
  z.object({ kind: z.literal('entity-bomb') }),
  z.object({ kind: z.literal('session-expired') }),
  /** The practice's desk takes the slot just before the booking is executed. */
  z.object({ kind: z.literal('taken-by-desk') }),
]);
export type Fault = z.infer<typeof Fault>;

export const FaultOrder = z.object({
  supplier: z.string(),
  practice: OdsCode.optional(),
  operation: z.enum(OPERATIONS).optional(),
  /** Number of requests that it hits; absent means until cleared. */
  times: z.number().int().positive().optional(),
  fault: Fault,
});
export type FaultOrder = z.infer<typeof FaultOrder>;

export interface Faults {
  add(order: FaultOrder): void;
  /** Returns the first fault aimed at such a request, and uses it up by one. */
  next(
    supplier: string,
    target: { operation: SimulatedOperation; practice?: OdsCode | undefined },
  ): Fault | undefined;
  /** Switches faults off; requests that are held stay so. */
  clear(supplier?: string): void;
  /** Keeps a request that is hit by `held` waiting until its release. */
  hold(supplier: string): Promise<void>;
  /** Returns the number of requests that are held. */
  held(supplier?: string): number;
  /** Lets the requests go that are held now. */
  release(supplier?: string): void;
  /** Added to every answer of the supplier. */
  setLatency(supplier: string, ms: number): void;
  latency(supplier: string): number;
}

export function faults(): Faults {
  let orders: { order: FaultOrder; left: number }[] = [];
  const latencies = new Map<string, number>();
  const waiting = new Set<{ supplier: string; go: () => void }>();
  const heldAt = (supplier?: string) =>
    [...waiting].filter((one) => supplier === undefined || one.supplier === supplier);

  return {
    add(order) {
      orders.push({ order, left: order.times ?? Number.POSITIVE_INFINITY });
    },
    next(supplier, target) {
      const hit = orders.find(({ order }) => order.supplier === supplier && isAimedAt(order, target));
      if (!hit) return undefined;
      hit.left -= 1;
      orders = orders.filter(({ left }) => left > 0);
      return hit.order.fault;
    },
    clear(supplier) {
      orders = orders.filter(({ order }) => supplier !== undefined && order.supplier !== supplier);
    },
    hold: (supplier) =>
      new Promise((go) => {
        waiting.add({ supplier, go });
      }),
    held: (supplier) => heldAt(supplier).length,
    release(supplier) {
      for (const one of heldAt(supplier)) {
        waiting.delete(one);
        one.go();
      }
    },
    setLatency(supplier, ms) {
      latencies.set(supplier, ms);
    },
    latency: (supplier) => latencies.get(supplier) ?? 0,
  };
}

function isAimedAt(
  order: FaultOrder,
  target: { operation: SimulatedOperation; practice?: OdsCode | undefined },
): boolean {
  return (
    (order.practice === undefined || order.practice === target.practice) &&
    (order.operation === undefined || order.operation === target.operation)
  );
}
