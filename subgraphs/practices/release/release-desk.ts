import type { Caller } from '../../../domain/caller';
import type { DispositionCatalogue } from '../../../domain/disposition-catalogue';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import { addLondonDays, londonDate, startOfLondonDay, type CalendarDate } from '../../../domain/london-time';
import { OdsCode } from '../../../domain/ods-code';
import { routesFor, type PracticeBooks, type SeenKind } from '../../../domain/practice-books';
import { releaseActorOf, manages, mayLookAt, worksAt } from '../../../domain/practice-staff';
import type {
  BookedSlot,
  PolicyInForce,
  ReleaseAction,
  ReleaseEvent,
  ReleaseLedger,
  ReleaseNote,
} from '../../../domain/release-ledger';
import {
  changedPolicy,
  MAX_CLOSURES,
  type ClosedTime,
  type ReleaseChange,
  type ReleaseRules,
} from '../../../domain/release-change';
import {
  contractQuota,
  PRACTICE_RELATIONS,
  type BookAudience,
  type ReleasePolicy,
} from '../../../domain/release-policy';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { Connections } from '../candidates/connections';
import type { DirectoryFeed } from '../directory/directory-feed';
import type { DirectoryPractice } from '../directory/directory-practice';
import { judgeDiary, type DiaryNeed, type PracticeDiary } from './practice-diary';
import { rulesSent, type RulesRead } from './release-check';
import { isInBookAsReleased, releasePreview, type PreviewFor, type ReleasePreview } from './release-preview';
import { senseFaults, type RulesContext } from './release-sense';

export type DeskAnswer =
  | { kind: 'done'; practice: DirectoryPractice }
  | { kind: 'stale'; current: PolicyInForce }
  | { kind: 'unconfirmed'; bookings: BookedSlot[]; closure: ClosedTime }
  | { kind: 'invalid'; faults: FieldFaults }
  | { kind: 'not-allowed'; why: DeskRefusal }
  | { kind: 'not-found' };

/** Reason for refusing a caller a change of a practice's rules. */
export type DeskRefusal =
  'SIGN_IN_REQUIRED' | 'ROLE_NOT_ALLOWED' | 'NOT_YOUR_PRACTICE' | 'MANAGER_ROLE_REQUIRED';

/** A closing of a book, from now on or for a time. */
export interface Closing {
  to: BookAudience;
  reason: string;
  during: ClosedTime | undefined;
}

/**
 * Service with which practices decide what is released of their book. Every change and every refusal is in their
 * history.
 */
export interface ReleasePolicyService {
  /** Compares the rules with the catalogue and with the practice's book, once it is known that the caller may. */
  set(
    odsCode: string,
    expectedVersion: number,
    read: RulesRead,
    context: SubgraphContext,
  ): Promise<DeskAnswer>;
  /** Anybody who works at the practice may; reopening and setting are for those who manage it. */
  close(odsCode: string, closing: Closing, context: SubgraphContext): Promise<DeskAnswer>;
  /** @param closureId null: what is closed now. */
  reopen(odsCode: string, closureId: string | null, context: SubgraphContext): Promise<DeskAnswer>;
  /** Null when the caller may not see it. */
  preview(odsCode: string, wanted: PreviewFor, context: SubgraphContext): Promise<ReleasePreview | null>;
  history(odsCode: string, limit: number, context: SubgraphContext): Promise<ReleaseEvent[] | null>;
  /** The practice's own diary of a day, by the rules in force or by others that are not stored. */
  diary(odsCode: string, wanted: DiaryFor, context: SubgraphContext): Promise<DiaryAnswer | null>;
}

/** A day of the diary, for somebody or for anybody; by the rules in force where `read` is null. */
export interface DiaryFor {
  day: CalendarDate;
  need: DiaryNeed | null;
  read: RulesRead | null;
}

export type DiaryAnswer = { kind: 'diary'; diary: PracticeDiary } | FieldFaultsFound;

type FieldFaultsFound = Extract<DeskAnswer, { kind: 'invalid' }>;

interface RequestedChange {
  action: ReleaseAction;
  isAllowed: typeof manages;
  reason?: string | null;
}

export interface ReleaseDeskDeps {
  feed: Pick<DirectoryFeed, 'current'>;
  releases: ReleaseLedger;
  connections: Connections;
  books: PracticeBooks;
  dispositions: DispositionCatalogue;
  now: () => Date;
}

export function releasePolicyService(deps: ReleaseDeskDeps): ReleasePolicyService {
  const { feed, releases, now } = deps;

  async function change(
    odsCode: string,
    { action, isAllowed, reason = null }: RequestedChange,
    context: SubgraphContext,
    changeOf: (practice: DirectoryPractice) => Promise<ReleaseChange | FieldFaultsFound>,
  ): Promise<DeskAnswer> {
    const practice = practiceOf(odsCode, action);
    if (practice === undefined) return { kind: 'not-found' };
    const code = OdsCode.parse(practice.odsCode);
    if (!isAllowed(context.caller, code)) {
      await releases.refused(code, action, noteOf(context, reason));
      return { kind: 'not-allowed', why: whyNot(context.caller, code) };
    }
    const wanted = await changeOf(practice);
    if (wanted.kind === 'invalid') return wanted;
    const applied = await releases.change(code, wanted, noteOf(context, reason));
    switch (applied.kind) {
      case 'applied':
        return { kind: 'done', practice };
      case 'stale':
        return applied;
      case 'unconfirmed':
        if (wanted.kind !== 'CLOSE' || wanted.during === undefined)
          throw new Error('Only closing for a time is confirmed.');
        return { ...applied, closure: wanted.during };
    }
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

  /** A practice that has left the directory may close its book, and open nothing. */
  function practiceOf(odsCode: string, action: ReleaseAction): DirectoryPractice | undefined {
    const code = OdsCode.safeParse(odsCode);
    if (!code.success) return undefined;
    const directory = feed.current();
    return (
      directory.practice(code.data) ?? (action === 'CLOSE' ? directory.formerPractice(code.data) : undefined)
    );
  }

  return {
    set: (odsCode, expectedVersion, read, context) =>
      change(odsCode, { action: 'SET', isAllowed: manages }, context, (practice) =>
        settingOf(practice, { expectedVersion, read }, context, deps),
      ),
    close: (odsCode, { to, reason, during }, context) =>
      change(odsCode, { action: 'CLOSE', isAllowed: worksAt, reason }, context, async ({ odsCode: code }) => {
        const { closures } = await releases.policy(code);
        if (during !== undefined && closures.filter(({ until }) => until > now()).length >= MAX_CLOSURES)
          return { kind: 'invalid', faults: { 'input.from': fieldFault('TOO_MANY', { max: MAX_CLOSURES }) } };
        return { kind: 'CLOSE', to, ...(during && { during }) };
      }),
    reopen: (odsCode, closureId, context) =>
      change(odsCode, { action: 'REOPEN', isAllowed: manages }, context, () =>
        Promise.resolve({ kind: 'REOPEN', ...(closureId !== null && { closureId }) }),
      ),

    preview: (odsCode, wanted, context) =>
      seen(odsCode, context, (code) => previewOf(code, wanted, context, deps)),
    history: (odsCode, limit, context) => seen(odsCode, context, (code) => releases.history(code, limit)),
    diary: (odsCode, wanted, context) =>
      seen(odsCode, context, (code) => diaryOf(code, wanted, context, deps)),
  };
}

/** The rules as a change, or all that is wrong with them. */
async function settingOf(
  { odsCode }: DirectoryPractice,
  { expectedVersion, read }: { expectedVersion: number; read: RulesRead },
  context: SubgraphContext,
  deps: ReleaseDeskDeps,
): Promise<ReleaseChange | FieldFaultsFound> {
  const judged = await rulesOf(OdsCode.parse(odsCode), read, context, deps);
  return judged.kind === 'invalid' ? judged : { kind: 'SET', expectedVersion, rules: judged.rules };
}

/** The rules as they would be stored, or all that is wrong with them. */
async function rulesOf(
  code: OdsCode,
  read: RulesRead,
  context: SubgraphContext,
  deps: ReleaseDeskDeps,
): Promise<{ kind: 'rules'; rules: ReleaseRules } | FieldFaultsFound> {
  const facts = await rulesContext(code, read, context, deps);
  const faults = { ...read.faults, ...senseFaults(read.sound, facts) };
  if (Object.keys(faults).length > 0) return { kind: 'invalid', faults };
  const { dailyQuota, ...rules } = rulesSent(read.sound);
  const { registeredPatients = null } = deps.feed.current().gpSystem(code) ?? {};
  const quota = dailyQuota === undefined ? contractQuota(registeredPatients) : dailyQuota;
  return { kind: 'rules', rules: { ...rules, dailyQuota: quota } };
}

/** Looks into the book where the rules name a type that nobody has seen, or a route to it has never been used. */
async function rulesContext(
  code: OdsCode,
  { sound: { slotTypes = [] } }: RulesRead,
  context: SubgraphContext,
  deps: ReleaseDeskDeps,
): Promise<RulesContext> {
  const { releases, connections, books, dispositions, now } = deps;
  const { slotTypes: released } = await releases.policy(code);
  const routes = books.routes(connections.of(code));
  const isWhole = (seen: readonly SeenKind[]) =>
    routes.length > 0 && routes.every((route) => seen.some((kind) => kind.route === route));
  const { kinds, isUnread } = await kindsOf(
    code,
    context,
    deps,
    (seen) => isWhole(seen) && slotTypes.every((type) => seen.some(({ slotType }) => slotType === type)),
  );
  return { dispositions, kinds, isUnread, isWhole: isWhole(kinds), released, now: now() };
}

/** The kinds that were seen, and those that the book shows now where that is not enough. */
async function kindsOf(
  code: OdsCode,
  { caller, requestId }: SubgraphContext,
  { connections, books }: ReleaseDeskDeps,
  isEnough: (seen: readonly SeenKind[]) => boolean,
): Promise<{ kinds: readonly SeenKind[]; isUnread: boolean }> {
  const seen = await books.kindsSeen(code);
  if (isEnough(seen)) return { kinds: seen, isUnread: false };
  const look = await books.look(code, connections.of(code), { callerId: callerIdOf(caller), requestId });
  switch (look.kind) {
    case 'seen':
      return { kinds: look.kinds, isUnread: false };
    case 'no-way-in':
      return { kinds: seen, isUnread: false };
    case 'not-answered':
      return { kinds: seen, isUnread: true };
  }
}

async function previewOf(
  code: OdsCode,
  wanted: PreviewFor,
  context: SubgraphContext,
  deps: ReleaseDeskDeps,
): Promise<ReleasePreview> {
  const { releases, connections, books, now } = deps;
  const policy = await releases.policy(code);
  const routes = routesFor(wanted.relation);
  const shown = (kinds: readonly SeenKind[]) => kinds.filter(({ route }) => routes.includes(route));
  const { kinds } = await kindsOf(code, context, deps, (seen) =>
    isInBookAsReleased(policy, wanted, shown(seen)),
  );
  return releasePreview(policy, wanted, {
    isReachable: books.routes(connections.of(code)).some((route) => routes.includes(route)),
    kinds: shown(kinds),
    now: now(),
    taken: await books.takenOfQuota(code, daysBetween(wanted.from, wanted.to)),
  });
}

async function diaryOf(
  code: OdsCode,
  { day, need, read }: DiaryFor,
  context: SubgraphContext,
  deps: ReleaseDeskDeps,
): Promise<DiaryAnswer> {
  const { releases, connections, books, now } = deps;
  const stored = await releases.policy(code);
  const judged = read === null ? null : await rulesOf(code, read, context, deps);
  if (judged?.kind === 'invalid') return judged;
  const policy = judged === null ? stored : policyWith(stored, judged.rules, now());
  const by = { callerId: callerIdOf(context.caller), requestId: context.requestId };
  const free = await books.freeTimes(code, connections.of(code), day, by);
  const { kinds } = await kindsOf(code, context, deps, (seen) => seen.length > 0);
  const routes = books.routes(connections.of(code));
  const reached = PRACTICE_RELATIONS.filter((relation) =>
    routesFor(relation).some((route) => routes.includes(route)),
  );
  const facts = { now: now(), reached, taken: await books.takenOfQuota(code, [day]) };
  const diary = {
    book: free.kind,
    reached,
    slotTypes: [...new Set(kinds.map(({ slotType }) => slotType))],
    dailyQuota: policy.dailyQuota,
    times: free.kind === 'seen' ? judgeDiary(policy, need, free.times, facts) : [],
  };
  return { kind: 'diary', diary };
}

/** The policy that would be in force, had these rules been set. */
function policyWith(stored: ReleasePolicy, rules: ReleaseRules, now: Date): ReleasePolicy {
  const changed = changedPolicy(stored, { kind: 'SET', expectedVersion: stored.version, rules }, now);
  if (changed.kind !== 'changed') throw new Error('Setting rules over their own version changes them.');
  return changed.policy;
}

function callerIdOf(caller: Caller): string {
  return caller.kind === 'anonymous' ? 'anonymous' : caller.id;
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

/** The London days from one moment to another. */
function daysBetween(from: Date, to: Date): CalendarDate[] {
  const days: CalendarDate[] = [];
  for (let day = londonDate(from); day <= londonDate(to); day = nextDay(day)) days.push(day);
  return days;
}

function nextDay(day: CalendarDate): CalendarDate {
  return londonDate(addLondonDays(startOfLondonDay(day), 1));
}
