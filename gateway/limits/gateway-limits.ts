/** Limits on one request, and on one caller, in this gateway. */
export interface GatewayLimits {
  bodyBytes: number;
  /** Limits on one document; see docs/operate.md. */
  document: DocumentLimits;
  /** Most that one operation may cost; see operation-cost.ts. */
  operationCost: number;
  /** Most that all operations of one caller may cost within a minute. */
  callerCostPerMinute: number;
  /** Operations in progress at once; further ones are refused, unless they cost next to nothing. */
  operationsAtOnce: number;
  /** Event-loop lag above which this process admits only a few operations. */
  loopLagMs: number;
  /** After which a query is given up. Mutations have their own deadlines, and are never given up half-way. */
  queryMs: number;
}

export interface DocumentLimits {
  tokens: number;
  depth: number;
  aliases: number;
  directives: number;
  rootFields: number;
  /** Most fields, with every fragment counted wherever it is spread. */
  fields: number;
}

/**
 * The largest document in schema/operations has 292 tokens, 167 fields and a depth of 6, and the dearest, a thousand bookings for
 * operators, costs 11,001; introspection has a depth of 15.
 */
export const DEFAULT_LIMITS: GatewayLimits = {
  bodyBytes: 256 * 1_024,
  document: { tokens: 1_000, depth: 15, aliases: 30, directives: 50, rootFields: 20, fields: 500 },
  operationCost: 20_000,
  callerCostPerMinute: 400_000,
  operationsAtOnce: 32,
  loopLagMs: 100,
  queryMs: 25_000,
};
