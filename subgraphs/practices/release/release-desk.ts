import type { Caller } from '../../../domain/caller';
import { OdsCode } from '../../../domain/ods-code';
import { releaseActorOf, manages, mayLookAt, worksAt } from '../../../domain/practice-staff';
import type {
  PolicyInForce,
  ReleaseAction,
  ReleaseEvent,
  ReleaseLedger,
  ReleaseNote,
} from '../../../domain/release-ledger';
import type { ReleaseChange, ReleaseRules } from '../../../domain/release-change';
import { contractQuota, type BookAudience } from '../../../domain/release-policy';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { Connections } from '../candidates/connections';
import type { DirectoryFeed } from '../directory/directory-feed';
import type { DirectoryPractice } from '../directory/directory-practice';
import { releasePreview, type PreviewFor, type ReleasePreview } from './release-preview';

export type DeskAnswer =
  | { kind: 'done'; practice: DirectoryPractice }
  | { kind: 'stale'; current: PolicyInForce }
  | { kind: 'not-allowed'; why: DeskRefusal }
  | { kind: 'not-found' };

/** Reason for refusing a caller a change of a practice's rules. */
export type DeskRefusal =
  'SIGN_IN_REQUIRED' | 'ROLE_NOT_ALLOWED' | 'NOT_YOUR_PRACTICE' | 'MANAGER_ROLE_REQUIRED';

/** Rules as a practice sends them; a quota that is left out is the contract's. */
export type RulesSent = Omit<ReleaseRules, 'dailyQuota'> & { dailyQuota: number | null | undefined };

/**
 * Service with which practices decide what is released of their book. Every change and every refusal is in their
 * history.
 */
export interface ReleasePolicyService {
  set(
    odsCode: string,
    expectedVersion: number,
    rules: RulesSent,
    context: SubgraphContext,
  ): Promise<DeskAnswer>;
  /** Anybody who works at the practice may; reopening and setting are for those who manage it. */
  close(odsCode: string, to: BookAudience, reason: string, context: SubgraphContext): Promise<DeskAnswer>;
  reopen(odsCode: string, context: SubgraphContext): Promise<DeskAnswer>;
  /** Null when the caller may not see it. */
  preview(odsCode: string, wanted: PreviewFor, context: SubgraphContext): Promise<ReleasePreview | null>;
  history(odsCode: string, limit: number, context: SubgraphContext): Promise<ReleaseEvent[] | null>;
}

interface RequestedChange {
  action: ReleaseAction;
  isAllowed: typeof manages;
  reason?: string | null;
}

export function releasePolicyService(
  feed: Pick<DirectoryFeed, 'current'>,
  releases: ReleaseLedger,
  connections: Connections,
  now: () => Date,
): ReleasePolicyService {
  async function change(
    odsCode: string,
    { action, isAllowed, reason = null }: RequestedChange,
    context: SubgraphContext,
    changeOf: (practice: DirectoryPractice) => ReleaseChange,
  ): Promise<DeskAnswer> {
    const practice = practiceOf(odsCode);
    if (practice === undefined) return { kind: 'not-found' };
    const code = OdsCode.parse(practice.odsCode);
    if (!isAllowed(context.caller, code)) {
      await releases.refused(code, action, noteOf(context, reason));
      return { kind: 'not-allowed', why: whyNot(context.caller, code) };
    }
    const applied = await releases.change(code, changeOf(practice), noteOf(context, reason));
    return applied.kind === 'stale' ? applied : { kind: 'done', practice };
  }

  /** Null when the caller may not, and that is written down. */
  async function seen<T>(
    odsCode: string,
    context: SubgraphContext,
    look: (code: OdsCode) => Promise<T>,
  ): Promise<T | null> {
    const code = OdsCode.parse(odsCode);
    if (mayLookAt(context.caller, code)) return look(code);
    await releases.refused(code, 'VIEW', noteOf(context, null));
    return null;
  }

  function practiceOf(odsCode: string): DirectoryPractice | undefined {
    const code = OdsCode.safeParse(odsCode);
    return code.success ? feed.current().practice(code.data) : undefined;
  }

  const quotaOf = ({ odsCode }: DirectoryPractice) =>
    contractQuota(feed.current().gpSystem(odsCode)?.registeredPatients ?? null);

  return {
    set: (odsCode, expectedVersion, { dailyQuota, ...rules }, context) =>
      change(odsCode, { action: 'SET', isAllowed: manages }, context, (practice) => ({
        kind: 'SET',
        expectedVersion,
        rules: { ...rules, dailyQuota: dailyQuota === undefined ? quotaOf(practice) : dailyQuota },
      })),
    close: (odsCode, to, reason, context) =>
      change(odsCode, { action: 'CLOSE', isAllowed: worksAt, reason }, context, () => ({
        kind: 'CLOSE',
        to,
      })),
    reopen: (odsCode, context) =>
      change(odsCode, { action: 'REOPEN', isAllowed: manages }, context, () => ({ kind: 'REOPEN' })),

    preview: (odsCode, wanted, context) =>
      seen(odsCode, context, async (code) => {
        const policy = await releases.policy(code);
        const booked = await releases.booked(code, startOfDay(wanted.from), endOfDay(wanted.to));
        const others = booked.filter(({ relation }) => relation === 'OTHER').map(({ startsAt }) => startsAt);
        return releasePreview(policy, connections.of(code), wanted, { now: now(), othersBooked: others });
      }),
    history: (odsCode, limit, context) => seen(odsCode, context, (code) => releases.history(code, limit)),
  };
}

/** @param caller one who may not change what only some of the practice's staff may. */
function whyNot(caller: Caller, practice: OdsCode): DeskRefusal {
  switch (caller.kind) {
    case 'anonymous':
      return 'SIGN_IN_REQUIRED';
    case 'practice-staff':
      return worksAt(caller, practice) ? 'MANAGER_ROLE_REQUIRED' : 'NOT_YOUR_PRACTICE';
    case 'patient':
    case 'analyst':
    case 'operator':
      return 'ROLE_NOT_ALLOWED';
  }
}

function noteOf({ caller, requestId }: SubgraphContext, reason: string | null): ReleaseNote {
  return { actor: releaseActorOf(caller), requestId, reason };
}

const DAY_MS = 24 * 60 * 60_000;

/** A day more on either side covers the London days that the moments are in. */
function startOfDay(moment: Date): Date {
  return new Date(moment.getTime() - DAY_MS);
}

function endOfDay(moment: Date): Date {
  return new Date(moment.getTime() + DAY_MS);
}
