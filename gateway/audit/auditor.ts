import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../../domain/caller';
import type { ErrorCode } from '../error-codes';
import type { Answer } from '../execution/answer';
import type { AuditLog } from './audit-log';

/** Writes down what came to the gateway, in what may be written down. */
export interface Auditor {
  /** False: nothing that has to be written down may be done. */
  hasRoom(): boolean;
  /** Where that is awaited, resolves when it is on disk, or some seconds later. */
  executed(request: AuditedRequest, about: Executed): Promise<void>;
  refused(request: AuditedRequest, code: ErrorCode): void;
  close(): Promise<void>;
}

export interface Executed {
  answer: Answer | undefined;
  /** Whether the answer waits for the entry: of what changes something. */
  isAwaited: boolean;
}

export interface AuditedRequest {
  caller: Caller;
  /** The published operation, or the fields that were asked for; null where it is not known. */
  operation: string | null;
  /** Every `ID` that was given; none as long as that is not known. */
  ids: readonly string[];
  requestId: string;
}

/** What is refused for these tells of somebody who wanted what is not theirs; anything else of limits, or of mistakes. */
const TELLING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'DOCUMENT_NOT_TRUSTED',
  'INTROSPECTION_NOT_ALLOWED',
]);
/** Of a flood the first ones are written down; all are counted in metrics. */
const REFUSALS_A_SECOND = 20;
/** Of one request; no published operation has more than a few. */
const MOST_IDS = 100;
/** Where the store does not answer for longer the entry goes on waiting, and the client does not. */
const AWAITED_WITHIN_MS = 5_000;

export function auditor(log: AuditLog, digest: (text: string) => string): Auditor {
  let [second, refusals] = [0, 0];

  function isInFlood(): boolean {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, refusals] = [now, 0];
    refusals += 1;
    return refusals > REFUSALS_A_SECOND;
  }

  const about = ({ ids, ...request }: AuditedRequest) => ({
    ...who(request),
    subjects: ids.slice(0, MOST_IDS).map(digest),
  });

  return {
    hasRoom: log.hasRoom,
    close: log.close,
    async executed(request, { answer, isAwaited }) {
      // Nobody's data: who is not signed in and names nothing sees what everybody sees.
      if (request.caller.kind === 'anonymous' && request.ids.length === 0) return;
      const written = log.record({ ...about(request), outcome: outcomeOf(answer) }, isAwaited);
      if (isAwaited) await Promise.race([written, pause(AWAITED_WITHIN_MS, undefined, { ref: false })]);
    },
    refused(request, code) {
      if (TELLING.has(code) && log.hasRoom() && !isInFlood())
        void log.record({ ...about(request), outcome: code });
    },
  };
}

function who({ caller, operation, requestId }: Omit<AuditedRequest, 'ids'>) {
  return {
    callerKind: caller.kind,
    caller: caller.kind === 'anonymous' ? null : caller.id,
    practice: caller.kind === 'practice-staff' ? caller.practice : null,
    operation: operation ?? '-',
    requestId,
  };
}

const NAME = /^[A-Za-z_]\w{0,60}$/;

/** The code of the first error; else the types that root fields answered, which say what became of a mutation. */
function outcomeOf(answer: Answer | undefined): string {
  if (answer === undefined) return 'NOT_ANSWERED';
  const [error] = answer.errors ?? [];
  if (error !== undefined) return codeOf(error);
  const types = Object.values(answer.data ?? {}).flatMap((value) => {
    const type: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, '__typename') : null;
    return typeof type === 'string' && NAME.test(type) ? [type] : [];
  });
  return types.length === 0 ? 'OK' : types.join(' ');
}

function codeOf(error: Error): string {
  const extensions: unknown = Reflect.get(error, 'extensions');
  const code: unknown =
    typeof extensions === 'object' && extensions !== null ? Reflect.get(extensions, 'code') : null;
  return typeof code === 'string' && NAME.test(code) ? code : 'INTERNAL_SERVER_ERROR';
}
