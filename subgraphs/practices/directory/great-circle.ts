/** WGS 84 degrees. */
export interface Point {
  latitude: number;
  longitude: number;
}

/** Mean Earth radius (IUGG), metres: the one definition of distance here (docs/api.md, Distance). */
const EARTH_RADIUS_M = 6_371_008.8;
const MILE_M = 1_609.344;

/** Great-circle distance in miles of 1,609.344 m: a straight line, not a road. */
export function greatCircleMiles(a: Point, b: Point): number {
  const halfLatitude = radians(b.latitude - a.latitude) / 2;
  const halfLongitude = radians(b.longitude - a.longitude) / 2;
  const h =
    Math.sin(halfLatitude) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(halfLongitude) ** 2;
  return (2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))) / MILE_M;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
