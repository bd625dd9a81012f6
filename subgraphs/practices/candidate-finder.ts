import type { SupplierConnection, World } from './world';
import type { Directory } from './directory/directory';
import type { DirectoryFeed } from './directory/directory-feed';
import type { DirectoryPractice } from './directory/directory-practice';
import { greatCircleMiles, type Point } from './directory/great-circle';
import type { PolicyInForce, ReleasePolicies } from './release/policies';

/** The ten miles of the brief, and how many practices of a city are worth passing on (median 65, most 857). */
const WITHIN_MILES = 10;
const MOST_NEAR = 60;

export interface CandidatePractice {
  odsCode: string;
  distanceMiles: number | null;
  connections: SupplierConnection[];
  release: PolicyInForce;
}

export interface Candidates {
  own: CandidatePractice | null;
  near: CandidatePractice[];
  /** Without the own one. */
  practicesInRadius: number;
  withinMiles: number;
}

export interface CandidateFinder {
  /** Null when neither the place nor the own practice is known. */
  find(place: Point | null, ownOdsCode: string | null): Promise<Candidates | null>;
}

/** Finds the practices where a person may be seen: their own, however far, and those near them. */
export function candidateFinder(
  feed: DirectoryFeed,
  policies: ReleasePolicies,
  world: Pick<World, 'connectionsOf'>,
): CandidateFinder {
  const candidate = async (
    { odsCode }: DirectoryPractice,
    distanceMiles: number | null,
  ): Promise<CandidatePractice> => ({
    odsCode,
    distanceMiles,
    connections: world.connectionsOf(odsCode),
    release: await policies.of(odsCode),
  });

  return {
    async find(place, ownOdsCode) {
      const directory = feed.current();
      const own = ownPractice(directory, ownOdsCode);
      if (place === null && own === undefined) return null;
      const within = place === null ? [] : directory.within(place, WITHIN_MILES);
      const others = within.filter(({ practice }) => practice !== own);
      const near = others.slice(0, MOST_NEAR);
      const [ownCandidate, ...nearCandidates] = await Promise.all([
        own === undefined ? null : candidate(own, milesBetween(place, own)),
        ...near.map(({ practice, distanceMiles }) => candidate(practice, distanceMiles)),
      ]);
      return {
        own: ownCandidate,
        near: nearCandidates,
        practicesInRadius: others.length,
        withinMiles: WITHIN_MILES,
      };
    },
  };
}

function ownPractice(directory: Directory, odsCode: string | null): DirectoryPractice | undefined {
  return odsCode === null ? undefined : directory.practice(odsCode.trim().toUpperCase());
}

function milesBetween(place: Point | null, { location }: DirectoryPractice): number | null {
  return place === null || location === null ? null : greatCircleMiles(place, location);
}
