import { OperationTypeNode } from 'graphql';
import type { Caller } from '../../domain/caller';
import type { Refusal } from '../error-codes';
import type { OperationCost } from '../gateway-context';
import type { Admission } from './admission';
import type { CallerBudget } from './caller-budget';
import type { GatewayLimits } from './gateway-limits';
import type { Cost } from './operation-cost';
import type { PlanningBudget } from './planning-budget';
import { mayAskAnything, type AllowedDocument } from './trusted-documents';

type Variables = Readonly<Record<string, unknown>>;

/** What has to be known of an operation to judge whether it may be executed. */
export interface GuardedOperation {
  type: OperationTypeNode;
  /** Whether it asks for the schema itself. */
  introspects: boolean;
  /** Why this caller may not ask for it; null when they may. See operation-access.ts. */
  forbidden(caller: Caller, variables: Variables): Refusal | null;
  /** Whether it is given any `ID`, in its variables or in its text. */
  namesIds(variables: Variables): boolean;
  /** What it may cost with these variables; see operation-cost.ts. */
  cost: Cost;
  /** What is wrong with these variables; null when they may be used. */
  wrongVariables(variables: Variables): Refusal | null;
}

const ADMITTED: unique symbol = Symbol('a request that has passed every guard');

/**
 * A request that has passed every guard: made by `admit` alone, and the only thing that is executed. `leave` is called when that
 * has ended.
 */
export interface Admitted {
  readonly [ADMITTED]: true;
  readonly operation: GuardedOperation;
  /** As the operation wants them. */
  readonly variables: Record<string, unknown>;
  readonly cost: OperationCost;
  leave(): void;
}

/** Who asks, and where from, by digest. */
export interface Payer {
  caller: Caller;
  source: string;
}

export interface GuardedRequest {
  method: 'GET' | 'POST';
  operation: GuardedOperation;
  variables: Variables;
  by: Payer;
}

/** What stands between a request and its execution: who asks, how much, and how much is under way. */
export interface RequestGuards {
  /** Before a body is parsed: a long one is paid for, whatever is in it. */
  payForBody(by: Payer, bytes: number): Promise<Refusal | null>;
  /** Before a text is parsed and planned for the first time. */
  payForPlanning(by: Payer, document: AllowedDocument): Promise<Refusal | null>;
  admit(request: GuardedRequest): Promise<Admitted | { refusal: Refusal }>;
}

export interface RequestGuardsOptions {
  limits: GatewayLimits;
  budget: CallerBudget;
  planning: PlanningBudget;
  admission: Admission;
  /** False: nothing that has to be written down may be done. */
  auditHasRoom(): boolean;
  /** Whether the schema is hidden from those who may send published documents only. */
  hidesSchema: boolean;
}

/** Next to nothing is answered also when nothing else is: whoever asks whether we are there is told. */
const NEXT_TO_NOTHING = 1;
/** A usual body is part of what its operation costs. */
const FREE_BODY_BYTES = 4_096;
/** So that reading the longest bodies, which takes some milliseconds, can take seconds of a caller's minute, not all of it. */
const BODY_BYTES_A_POINT = 256;

export function requestGuards(options: RequestGuardsOptions): RequestGuards {
  const { limits, budget, planning, admission, auditHasRoom, hidesSchema } = options;

  async function pay(by: Payer, cost: number) {
    const { remaining, retryAfterSeconds } = await budget.spend(payerOf(by), cost);
    return { remaining, refusal: retryAfterSeconds === null ? null : rateLimited(retryAfterSeconds) };
  }

  /** What needs nothing but the request, and is judged before anything is paid. */
  function refused({ method, operation, variables, by }: GuardedRequest): Refusal | null {
    if (method === 'GET' && operation.type !== OperationTypeNode.QUERY) return ONLY_BY_POST;
    if (method === 'GET' && operation.namesIds(variables)) return IDS_IN_ADDRESS;
    if (!auditHasRoom()) return NO_AUDIT;
    if (hidesSchema && operation.introspects && !mayAskAnything(by.caller)) return NO_INTROSPECTION;
    return operation.forbidden(by.caller, variables);
  }

  return {
    async payForBody(by, bytes) {
      if (bytes <= FREE_BODY_BYTES) return null;
      return (await pay(by, Math.ceil(bytes / BODY_BYTES_A_POINT))).refusal;
    },

    async payForPlanning(by, { name, text }) {
      const payer = payerOf(by);
      const spentFor =
        (await budget.spentFor(payer)) ?? (name === null ? await planning.spend(payer, text) : null);
      return spentFor === null ? null : rateLimited(spentFor);
    },

    async admit(request) {
      const { operation, variables, by } = request;
      const refusal = refused(request);
      if (refusal !== null) return { refusal };
      const estimated = operation.cost(variables);
      if (estimated > limits.operationCost) return { refusal: tooCostly(estimated, limits.operationCost) };
      const leave = estimated <= NEXT_TO_NOTHING ? nothing : admission.enter(payerOf(by));
      if (leave === null) return { refusal: OVERLOADED };
      let isAdmitted = false;
      try {
        const paid = await pay(by, Math.max(1, estimated));
        const unfit = paid.refusal ?? operation.wrongVariables(variables);
        if (unfit !== null) return { refusal: unfit };
        isAdmitted = true;
        const cost = { estimated, maximum: limits.operationCost, remaining: paid.remaining };
        return { [ADMITTED]: true, operation, variables, cost, leave };
      } finally {
        if (!isAdmitted) leave();
      }
    },
  };
}

const nothing = () => undefined;

/** Whoever is not signed in is counted by address. */
function payerOf({ caller, source }: Payer): string {
  return caller.kind === 'anonymous' ? `from:${source}` : caller.id;
}

const ONLY_BY_POST: Refusal = {
  code: 'BAD_REQUEST',
  status: 405,
  allow: 'POST',
  message: 'GET is for queries; send this by POST.',
};

/** Addresses are kept in histories and logs on the way; the id of a symptom check is a secret. */
const IDS_IN_ADDRESS: Refusal = {
  code: 'BAD_REQUEST',
  message: 'Send this by POST: ids must not stand in an address, which browsers and proxies keep.',
};

const NO_AUDIT: Refusal = {
  code: 'AUDIT_UNAVAILABLE',
  message: 'The audit trail cannot be written. Ask again in a moment.',
  retryAfterSeconds: 5,
};

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

export function rateLimited(retryAfterSeconds: number): Refusal {
  return {
    code: 'RATE_LIMITED',
    message: `Too much asked within a minute. Ask again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  };
}
