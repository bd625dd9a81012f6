import type { Caller } from '../../domain/caller';
import type { Refusal } from '../error-codes';
import type { FederatedOperation } from '../execution/federated-operation';
import type { GatewayContext, OperationCost } from '../gateway-context';
import type { Admission } from './admission';
import type { CallerBudget } from './caller-budget';
import type { GatewayLimits } from './gateway-limits';
import { mayAskAnything } from './trusted-documents';

/** An operation that may be executed; `leave` is called when that has ended. */
export interface Passed {
  cost: OperationCost;
  leave(): void;
}

export type Fences = (
  operation: FederatedOperation,
  variables: Record<string, unknown>,
  by: Pick<GatewayContext, 'caller' | 'source'>,
) => Promise<Passed | { refusal: Refusal }>;

export interface FencesOptions {
  limits: GatewayLimits;
  budget: CallerBudget;
  admission: Admission;
  /** Whether the schema is hidden from those who may send published documents only. */
  hidesSchema: boolean;
}

/** Next to nothing is answered also when nothing else is: whoever asks whether we are there is told. */
const NEXT_TO_NOTHING = 1;

/** What stands between a valid operation and its execution: who asks, how much, and how much is under way. */
export function fences({ limits, budget, admission, hidesSchema }: FencesOptions): Fences {
  return async (operation, variables, by) => {
    if (hidesSchema && operation.introspects && !mayAskAnything(by.caller))
      return { refusal: NO_INTROSPECTION };
    const forbidden = operation.forbidden(by.caller, variables);
    if (forbidden !== null) return { refusal: forbidden };
    const estimated = operation.cost(variables);
    if (estimated > limits.operationCost) return { refusal: tooCostly(estimated, limits.operationCost) };
    const leave = estimated <= NEXT_TO_NOTHING ? nothing : admission.enter();
    if (leave === null) return { refusal: OVERLOADED };
    const { remaining, retryAfterSeconds } = await budget.spend(whoPays(by), Math.max(1, estimated));
    if (retryAfterSeconds === null)
      return { cost: { estimated, maximum: limits.operationCost, remaining }, leave };
    leave();
    return { refusal: rateLimited(retryAfterSeconds) };
  };
}

const nothing = () => undefined;

/** Whoever is not signed in is counted by address. */
function whoPays({ caller, source }: { caller: Caller; source: string }): string {
  return caller.kind === 'anonymous' ? `from:${source}` : caller.id;
}

const NO_INTROSPECTION: Refusal = {
  code: 'INTROSPECTION_NOT_ALLOWED',
  message: 'Introspection is for analysts and operators; the schema is published as schema/api.graphql.',
};

const OVERLOADED: Refusal = {
  code: 'OVERLOADED',
  message: 'Too many requests are under way. Ask again in a moment.',
  retryAfterSeconds: 1,
};

function tooCostly(estimated: number, most: number): Refusal {
  return {
    code: 'COST_TOO_HIGH',
    message: `The operation may cost ${estimated}, and at most ${most} is allowed. Ask for fewer at once.`,
  };
}

function rateLimited(retryAfterSeconds: number): Refusal {
  return {
    code: 'RATE_LIMITED',
    message: `Too much asked within a minute. Ask again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  };
}
