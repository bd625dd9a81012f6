import { OperationTypeNode } from 'graphql';
import { DEVELOPERS_EN_GB } from '../domain/messages/developers.en-gb';
import { spanFact } from '../platform/http/tracing';
import type { Auditor } from './audit/auditor';
import type { AdmittedOperation, Exchange } from './exchange';
import type { Answer } from './execution/answer';
import type { FederatedOperation } from './execution/federated-operation';
import type { GatewayMetrics } from './gateway-metrics';
import type { RequestContext } from './request-context';
import { RequestRefused } from './request-refused';

export type ExecuteAdmitted = (exchange: Exchange, admission: AdmittedOperation) => Promise<Answer>;

/** Executes what was admitted, once, within the limit of time, counted and written down. */
export function executeAdmitted(audit: Auditor, counted: GatewayMetrics, queryMs: number): ExecuteAdmitted {
  return async (exchange: Exchange, admission: AdmittedOperation): Promise<Answer> => {
    const { operation, admitted, published } = admission;
    const { context, about } = exchange;
    spanFact('graphql.operation.name', published ?? 'other');
    const began = performance.now();
    const isAwaited = operation.type === OperationTypeNode.MUTATION;
    let answer: Answer | undefined;
    const writeDown = once(() => audit.executed(about, { answer, isAwaited }));
    try {
      answer = await withinLimit(operation, context, queryMs, () => operation.execute(admitted, context));
      await writeDown();
      return answer;
    } finally {
      admitted.leave();
      counted.executed(published, (performance.now() - began) / 1_000);
      await writeDown();
    }
  };
}

/**
 * Ends a query that takes too long; a mutation is never given up: what it has sent to a practice it has to settle.
 * @throws RequestRefused
 */
async function withinLimit<Result>(
  { type }: FederatedOperation,
  context: RequestContext,
  limitMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  if (type !== OperationTypeNode.QUERY) return work();
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      context.giveUp();
      reject(new RequestRefused(timedOut(limitMs)));
    }, limitMs);
  });
  try {
    return await Promise.race([work(), timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => (begun ??= work());
}

function timedOut(queryMs: number) {
  const message = DEVELOPERS_EN_GB.TIMED_OUT.QUERY({ seconds: queryMs / 1_000 });
  return { code: 'TIMED_OUT', message } as const;
}
