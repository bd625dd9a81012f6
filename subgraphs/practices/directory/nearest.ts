import { around } from 'geokdbush';
import KDBush from 'kdbush';
import type { DirectoryPractice, PracticeLocation } from './directory-practice';
import { greatCircleMiles, type Point } from './great-circle';

export interface NearPractice {
  practice: DirectoryPractice;
  distanceMiles: number;
}

/** All practices at most so many miles from a point, nearest first; at one distance, by code. */
export type PracticesWithin = (from: Point, miles: number) => NearPractice[];

const KILOMETRES_PER_MILE = 1.609344;

/**
 * geokdbush measures on a radius of 6,371 km, ours is 6,371.0088 km, and each rounds in its own way: the tree is asked
 * for a little more than the circle, and `greatCircleMiles` alone decides what is in it.
 */
const MARGIN = 1 + 1e-5;
const MARGIN_KM = 0.001;

/** Builds a kd-tree over the practices that have a location. */
export function practicesWithin(practices: readonly DirectoryPractice[]): PracticesWithin {
  const placed = practices.filter(hasLocation);
  if (placed.length === 0) return () => [];
  const tree = new KDBush(placed.length);
  for (const { location } of placed) tree.add(location.longitude, location.latitude);
  tree.finish();

  return (from, miles) =>
    around(tree, from.longitude, from.latitude, Infinity, miles * KILOMETRES_PER_MILE * MARGIN + MARGIN_KM)
      .flatMap((id) => placed[id] ?? [])
      .map((practice) => ({ practice, distanceMiles: greatCircleMiles(from, practice.location) }))
      .filter(({ distanceMiles }) => distanceMiles <= miles)
      .sort(byDistanceThenCode);
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
