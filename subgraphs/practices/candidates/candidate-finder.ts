import type { Logger } from 'pino';
import { ACCESS_NEEDS, NOTHING_KNOWN, type AccessNeed } from '../../../domain/access-needs';
import { loggableError } from '../../../domain/loggable-error';
import { RULES_NOT_KNOWN } from '../../../domain/release-change';
import { rulesStoppingPractice, type Need, type ReleaseRule } from '../../../domain/release-policy';
import type { PolicyInForce, ReleaseLedger } from '../../../domain/release-ledger';
import type { Connections } from './connections';
import type { Directory } from '../directory/directory';
import type { DirectoryFeed } from '../directory/directory-feed';
import type { DirectoryPractice } from '../directory/directory-practice';
import { greatCircleMiles, type Point } from '../directory/great-circle';
import type { NearPractice } from '../directory/nearest';
import type { SupplierConnection } from '../practice-defaults';

/** Ten miles is the promise of README.md. So many practices of a city are worth passing on (median 65, most 857). */
const WITHIN_MILES = 10;
const MAX_NEAR = 60;
/** Practices among them for each access need, also where they are further: few may be known to meet it. */
const NEAR_FOR_NEED = 10;

export interface CandidatePractice {
  odsCode: string;
  distanceMiles: number | null;
  connections: SupplierConnection[];
  release: PolicyInForce;
  accessNeedsMet: readonly AccessNeed[];
  accessNeedsNotMet: readonly AccessNeed[];
}

/** Reason for leaving out practices in the radius: none of their slots could be offered, whatever their books hold. */
export const STOPPED_REASONS = ['NOT_OPTED_IN', 'BOOK_CLOSED', 'RELEASE_RULE', 'NOT_CONNECTED'] as const;
export type StoppedReason = (typeof STOPPED_REASONS)[number];

export interface Stopped {
  reason: StoppedReason;
  practices: number;
}

export interface Candidates {
  own: CandidatePractice | null;
  near: CandidatePractice[];
  stopped: Stopped[];
  /** Without the own one. */
  practicesInRadius: number;
  withinMiles: number;
  /** False: there may be practices near that nobody has looked for. */
  placeKnown: boolean;
}

/** Patient, as far as triage knows. */
export interface Sought {
  place: Point | null;
  ownOdsCode: string | null;
  need: Omit<Need, 'relation'>;
}

export interface CandidateFinder {
  /** Null when neither the place nor the own practice is known. */
  find(sought: Sought): Promise<Candidates | null>;
}

/**
 * Finds the practices where a patient may be seen: their own, however far and whatever its rules, and those near
 * them that could offer anything.
 */
export function candidateFinder(
  feed: Pick<DirectoryFeed, 'current'>,
  releases: Pick<ReleaseLedger, 'policy'>,
  connections: Connections,
  logger: Logger,
): CandidateFinder {
  const candidate = async (
    { odsCode }: DirectoryPractice,
    distanceMiles: number | null,
  ): Promise<CandidatePractice> => {
    const { met, notMet } = feed.current().access(odsCode) ?? NOTHING_KNOWN;
    return {
      odsCode,
      distanceMiles,
      connections: connections.of(odsCode),
      release: await releases.policy(odsCode).catch((error: unknown) => notKnown(error, logger)),
      accessNeedsMet: met,
      accessNeedsNotMet: notMet,
    };
  };

  async function nearOnes(within: readonly NearPractice[], need: Sought['need']) {
    const all = await Promise.all(
      within.map(({ practice, distanceMiles }) => candidate(practice, distanceMiles)),
    );
    const stopped = new Map<StoppedReason, number>();
    const near: CandidatePractice[] = [];
    for (const one of all) {
      const reason = stoppedReason(one, { ...need, relation: 'OTHER' });
      if (reason === null) near.push(one);
      else stopped.set(reason, (stopped.get(reason) ?? 0) + 1);
    }
    return {
      near: worthPassingOn(near),
      stopped: [...stopped].map(([reason, practices]) => ({ reason, practices })),
    };
  }

  return {
    async find({ place, ownOdsCode, need }) {
      const directory = feed.current();
      const own = ownPractice(directory, ownOdsCode);
      if (place === null && own === undefined) return null;
      const within = place === null ? [] : directory.within(place, WITHIN_MILES);
      const others = within.filter(({ practice }) => practice !== own);
      const [ownCandidate, near] = await Promise.all([
        own === undefined ? null : candidate(own, milesBetween(place, own)),
        nearOnes(others, need),
      ]);
      return {
        own: ownCandidate,
        ...near,
        practicesInRadius: others.length,
        withinMiles: WITHIN_MILES,
        placeKnown: place !== null,
      };
    },
  };
}

/** Chooses the nearest that meet each access need, and of the others the nearest. @param near nearest first, as is the answer */
function worthPassingOn(near: readonly CandidatePractice[]): CandidatePractice[] {
  const forNeeds = new Set(
    ACCESS_NEEDS.flatMap((need) =>
      near.filter(({ accessNeedsMet }) => accessNeedsMet.includes(need)).slice(0, NEAR_FOR_NEED),
    ),
  );
  const others = near.filter((one) => !forNeeds.has(one)).slice(0, MAX_NEAR - forNeeds.size);
  const chosen = new Set([...forNeeds, ...others]);
  return near.filter((one) => chosen.has(one));
}

/** Assumes the safe default when the rules cannot be read: never a stale "open". */
function notKnown(error: unknown, logger: Logger): PolicyInForce {
  logger.warn({ err: loggableError(error) }, 'release rules cannot be read; treating the book as closed');
  return { ...RULES_NOT_KNOWN, updatedAt: null };
}

function stoppedReason({ release, connections }: CandidatePractice, need: Need): StoppedReason | null {
  const rules = rulesStoppingPractice(release, need);
  if (rules.length > 0) return reasonOf(rules);
  return connections.some(({ route }) => route === 'NETWORK') ? null : 'NOT_CONNECTED';
}

function reasonOf(rules: readonly ReleaseRule[]): StoppedReason {
  if (rules.includes('NOT_OPTED_IN')) return 'NOT_OPTED_IN';
  return rules.includes('BOOK_CLOSED') ? 'BOOK_CLOSED' : 'RELEASE_RULE';
}

function ownPractice(directory: Directory, odsCode: string | null): DirectoryPractice | undefined {
  return odsCode === null ? undefined : directory.practice(odsCode.trim().toUpperCase());
}

function milesBetween(place: Point | null, { location }: DirectoryPractice): number | null {
  return place === null || location === null ? null : greatCircleMiles(place, location);
}
