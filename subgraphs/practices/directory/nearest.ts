import { around } from 'geokdbush';
import KDBush from 'kdbush';
import type { DirectoryPractice, PracticeLocation } from './directory-practice';
import { greatCircleMiles, type Point } from './great-circle';

export interface NearPractice {
  practice: DirectoryPractice;
  distanceMiles: number;
}

/** Nearest first; at one distance, by code. */
export interface PracticesNear {
  /** All practices at most so many miles from a point. */
  within(from: Point, miles: number): NearPractice[];
  nearest(from: Point, count: number): NearPractice[];
}

const KILOMETRES_PER_MILE = 1.609344;

/**
 * geokdbush measures on a radius of 6,371 km, ours is 6,371.0088 km, and each rounds in its own way: the tree is asked
 * for a little more than the circle, and `greatCircleMiles` alone decides what is in it.
 */
const MARGIN = 1 + 1e-5;
const MARGIN_KM = 0.001;

/** Builds a kd-tree over the practices that have a location. */
export function practicesNear(practices: readonly DirectoryPractice[]): PracticesNear {
  const placed = practices.filter(hasLocation);
  if (placed.length === 0) return { within: () => [], nearest: () => [] };
  const tree = new KDBush(placed.length);
  for (const { location } of placed) tree.add(location.longitude, location.latitude);
  tree.finish();

  const measured = (from: Point, ids: readonly number[]): NearPractice[] =>
    ids
      .flatMap((id) => placed[id] ?? [])
      .map((practice) => ({ practice, distanceMiles: greatCircleMiles(from, practice.location) }));

  function within(from: Point, miles: number): NearPractice[] {
    const kilometres = miles * KILOMETRES_PER_MILE * MARGIN + MARGIN_KM;
    return measured(from, around(tree, from.longitude, from.latitude, Infinity, kilometres))
      .filter(({ distanceMiles }) => distanceMiles <= miles)
      .sort(byDistanceThenCode);
  }

  return {
    within,
    nearest(from, count) {
      const asTheTreeHasIt = measured(from, around(tree, from.longitude, from.latitude, count + SPARE));
      const near = asTheTreeHasIt.sort(byDistanceThenCode);
      const edge = near[count - 1];
      const last = near.at(-1);
      // More share a building at the edge than there are spares, or the tree is not sure of their order.
      if (
        edge !== undefined &&
        last !== undefined &&
        isBesideEachOther(edge, last) &&
        near.length < placed.length
      )
        return within(from, edge.distanceMiles).slice(0, count);
      return near.slice(0, count);
    },
  };
}

/** Up to seven practices share one point. */
const SPARE = 8;

function isBesideEachOther(edge: NearPractice, last: NearPractice): boolean {
  return last.distanceMiles <= edge.distanceMiles * MARGIN + MARGIN_KM / KILOMETRES_PER_MILE;
}

/** A total order, so that pages neither repeat nor lose practices that share a building. */
export function byDistanceThenCode(a: NearPractice, b: NearPractice): number {
  return a.distanceMiles - b.distanceMiles || (a.practice.odsCode < b.practice.odsCode ? -1 : 1);
}

function hasLocation(
  practice: DirectoryPractice,
): practice is DirectoryPractice & { location: PracticeLocation } {
  return practice.location !== null;
}
