import { OperationTypeNode } from 'graphql';
import type { Caller } from '../../domain/caller';
import type { RequestRefusal } from '../error-codes';
import type { OperationCost } from '../gateway-context';
import type { Admission } from './admission';
import type { CallerBudget } from './caller-budget';
import type { GatewayLimits } from './gateway-limits';
import type { Cost } from './operation-cost';
import type { PlanningBudget } from './planning-budget';
import { mayAskAnything, type AllowedDocument } from './trusted-documents';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

type Variables = Readonly<Record<string, unknown>>;

/** Facts about an operation that decide whether it may be executed. */
export interface GuardedOperation {
  type: OperationTypeNode;
  /** True when it asks for the schema itself. */
  introspects: boolean;
  /** Returns the refusal for this caller; null when the operation is allowed. See operation-access.ts. */
  forbidden(caller: Caller, variables: Variables): RequestRefusal | null;
  /** Checks for any `ID` value, in the variables or in the text. */
  namesIds(variables: Variables): boolean;
  /** Cost with these variables; see operation-cost.ts. */
  cost: Cost;
  /** Returns the refusal for invalid variables; null when they are valid. */
  wrongVariables(variables: Variables): RequestRefusal | null;
}

const ADMITTED: unique symbol = Symbol('a request that has passed every guard');

/**
 * A request that has passed every guard: made by `admit` alone, and the only thing that is executed. `leave` is called when that
 * has ended.
 */
export interface Admitted {
  readonly [ADMITTED]: true;
  readonly operation: GuardedOperation;
  /** Variables, coerced to the types that the operation declares. */
  readonly variables: Record<string, unknown>;
  readonly cost: OperationCost;
  leave(): void;
}

/** The caller and the digest of their address: the unit that limits count. */
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

/** Guards between a request and its execution: access, cost, and concurrency. */
export interface RequestGuards {
  /** Charges a long body before it is parsed, whatever is in it. */
  payForBody(by: Payer, bytes: number): Promise<RequestRefusal | null>;
  /** Before a text is parsed and planned for the first time. */
  payForPlanning(by: Payer, document: AllowedDocument): Promise<RequestRefusal | null>;
  admit(request: GuardedRequest): Promise<Admitted | { refusal: RequestRefusal }>;
}

export interface RequestGuardsOptions {
  limits: GatewayLimits;
  budget: CallerBudget;
  planning: PlanningBudget;
  admission: Admission;
  /** False: nothing that has to be written down may be done. */
  auditHasRoom(): boolean;
  /** Hides the schema from callers who may send published documents only. */
  hidesSchema: boolean;
}

/**
 * Admits an operation that costs next to nothing even when all others are refused, so that availability checks are
 * answered.
 */
const NEXT_TO_NOTHING = 1;
/** A usual body is part of what its operation costs. */
const FREE_BODY_BYTES = 4_096;
/**
 * Bytes of a body that cost one point, so that reading the longest bodies, which takes some milliseconds, can use
 * seconds of a caller's minute, not all of it.
 */
const BODY_BYTES_A_POINT = 256;

export function requestGuards(options: RequestGuardsOptions): RequestGuards {
  const { limits, budget, planning, admission, auditHasRoom, hidesSchema } = options;

  async function pay(by: Payer, cost: number) {
    const { remaining, retryAfterSeconds } = await budget.spend(payerOf(by), cost);
    return { remaining, refusal: retryAfterSeconds === null ? null : rateLimited(retryAfterSeconds) };
  }

  /** Returns the refusal that follows from the request alone, before anything is paid. */
  function refused({ method, operation, variables, by }: GuardedRequest): RequestRefusal | null {
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

/** Identifies the payer; callers who are not signed in are counted by address. */
export function payerOf({ caller, source }: Payer): string {
  return caller.kind === 'anonymous' ? `from:${source}` : caller.id;
}

const ONLY_BY_POST: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 405,
  allow: 'POST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ONLY_QUERIES_BY_GET({}),
};

/** Addresses are kept in histories and logs on the way; the id of a symptom check is a secret. */
const IDS_IN_ADDRESS: RequestRefusal = {
  code: 'BAD_REQUEST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ID_IN_ADDRESS({}),
};

const NO_AUDIT: RequestRefusal = {
  code: 'AUDIT_UNAVAILABLE',
  message: DEVELOPERS_EN_GB.AUDIT_UNAVAILABLE.TRAIL({}),
  retryAfterSeconds: 5,
};

const NO_INTROSPECTION: RequestRefusal = {
  code: 'INTROSPECTION_NOT_ALLOWED',
  message: DEVELOPERS_EN_GB.INTROSPECTION_NOT_ALLOWED.CALLER({}),
};

const OVERLOADED: RequestRefusal = {
  code: 'OVERLOADED',
  message: DEVELOPERS_EN_GB.OVERLOADED.OPERATIONS({}),
  retryAfterSeconds: 1,
};

function tooCostly(cost: number, max: number): RequestRefusal {
  return {
    code: 'COST_TOO_HIGH',
    message: DEVELOPERS_EN_GB.COST_TOO_HIGH.COST({ cost, max }),
  };
}

export function rateLimited(retryAfterSeconds: number): RequestRefusal {
  return {
    code: 'RATE_LIMITED',
    message: DEVELOPERS_EN_GB.RATE_LIMITED.COST({ seconds: retryAfterSeconds }),
    retryAfterSeconds,
  };
}
