import { setTimeout as pause } from 'node:timers/promises';
import { LEFT_OUT, CHAIN_RECORD } from '../../domain/audit';
import type { Caller } from '../../domain/caller';
import { backgroundTimers, type Timers } from '../../domain/timers';
import type { ErrorCode } from '../error-codes';
import type { Answer } from '../execution/answer';
import type { AuditLog } from './audit-log';
import { floodLimit, type FloodLimits } from './flood-limit';

/** Records requests to the gateway, without personal data. */
export interface Auditor {
  /** False: nothing that has to be written down may be done. */
  hasRoom(): boolean;
  /** Records an execution. Where the entry is awaited, resolves when it is on disk, or after some seconds. */
  executed(request: AuditedRequest, about: Executed): Promise<void>;
  refused(request: AuditedRequest, code: ErrorCode): void;
  close(): Promise<void>;
}

export interface Executed {
  answer: Answer | undefined;
  /** True where the answer waits for the entry: for every operation that changes something. */
  isAwaited: boolean;
}

export interface AuditedRequest {
  caller: Caller;
  /** The published operation, or the fields that were asked for; null where it is not known. */
  operation: string | null;
  /** Every `ID` that was given; none as long as that is not known. */
  ids: readonly string[];
  /** Digest of the address that the request came from: for counting, never written down. */
  source(): string;
  requestId: string;
}

/** Refusals that suggest an attempt to reach other people's data; all others come from limits or mistakes. */
const TELLING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'DOCUMENT_NOT_TRUSTED',
  'INTROSPECTION_NOT_ALLOWED',
]);
/**
 * Entries that callers who are not signed in, and refusals, may add in one minute: of a flood the first entries are
 * written, and how many others there were. All are counted in metrics.
 */
const ANONYMOUS: FloodLimits = { perSource: 60, inAll: 600 };
const REFUSED: FloodLimits = { perSource: 60, inAll: 600 };
const TELL_LEFT_OUT_AFTER_MS = 60_000;
/** Most ids that an entry keeps of one request; no published operation has more than a few. */
const MAX_IDS = 100;
const MAX_IDS_OF_ANONYMOUS = 10;
/** Longest time that a client waits for the entry; the entry itself goes on waiting for the store. */
const AWAITED_WITHIN_MS = 5_000;

export function auditor(
  log: AuditLog,
  digest: (text: string) => string,
  timers: Timers = backgroundTimers,
): Auditor {
  const anonymous = floodLimit(ANONYMOUS, timers.elapsedMs);
  const refusals = floodLimit(REFUSED, timers.elapsedMs);
  const leftOut = { executed: 0, refused: 0 };
  let cancelTelling: (() => void) | undefined;

  function leaveOut(kind: keyof typeof leftOut): void {
    leftOut[kind] += 1;
    cancelTelling ??= timers.after(TELL_LEFT_OUT_AFTER_MS, () => void tellLeftOut());
  }

  async function tellLeftOut(): Promise<void> {
    cancelTelling?.();
    cancelTelling = undefined;
    const subjects = Object.entries(leftOut).flatMap(([kind, count]) =>
      count === 0 ? [] : [`${count} ${kind}`],
    );
    Object.assign(leftOut, { executed: 0, refused: 0 });
    if (subjects.length > 0) await log.record({ ...CHAIN_RECORD, operation: LEFT_OUT, subjects }, true);
  }

  function subjectsOf({ caller, ids }: AuditedRequest): string[] {
    const most = caller.kind === 'anonymous' ? MAX_IDS_OF_ANONYMOUS : MAX_IDS;
    const more = ids.length - most;
    return [...ids.slice(0, most).map(digest), ...(more > 0 ? [`and ${more} more`] : [])];
  }

  const about = (request: AuditedRequest) => ({ ...who(request), subjects: subjectsOf(request) });

  return {
    hasRoom: log.hasRoom,
    async close() {
      // What cannot be written is waited for by the log, not here.
      void tellLeftOut();
      await log.close();
    },
    async executed(request, { answer, isAwaited }) {
      const isAnonymous = request.caller.kind === 'anonymous';
      // Nobody's data: who is not signed in and names nothing sees what everybody sees.
      if (isAnonymous && request.ids.length === 0) return;
      if (isAnonymous && !anonymous.admits(request.source())) {
        leaveOut('executed');
        return;
      }
      const written = log.record({ ...about(request), outcome: outcomeOf(answer) }, isAwaited);
      if (isAwaited) await Promise.race([written, pause(AWAITED_WITHIN_MS, undefined, { ref: false })]);
    },
    refused(request, code) {
      if (!TELLING.has(code)) return;
      const { caller } = request;
      const from = caller.kind === 'anonymous' ? `from:${request.source()}` : caller.id;
      if (log.hasRoom() && refusals.admits(from)) void log.record({ ...about(request), outcome: code });
      else leaveOut('refused');
    },
  };
}

function who({ caller, operation, requestId }: AuditedRequest) {
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
