/** Reasons for leaving an operation, or one answer to it, to Apollo's executor. */
export const FALLBACK_REASONS = [
  /** `__schema` or `__type`: rare, and answered from the schema alone. */
  'introspection',
  /** A response name such as `constructor`, which every JavaScript object answers to. */
  'prototype-name',
  /** A plan node or fetch that the planner makes for features that are not in use here. */
  'plan-node',
  /** More combinations of types and fields than are worth generating code for. */
  'too-many-variants',
  /** More combinations of `@skip` and `@include` than are kept. */
  'too-many-conditions',
  /** An answer with a value that its type does not allow: Apollo's shaper says exactly where. */
  'invalid-value',
] as const;
export type FallbackReason = (typeof FALLBACK_REASONS)[number];

/** Thrown while compiling; the caller uses Apollo's executor instead. */
export class NotCompiled extends Error {
  constructor(readonly reason: FallbackReason) {
    super(`Not compiled: ${reason}.`);
    this.name = 'NotCompiled';
  }
}
