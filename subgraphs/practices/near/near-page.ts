import { PageInfo } from '../../../platform/graphql/page-info';
import { create } from '../../../platform/graphql/create';
import type { Directory } from '../directory/directory';
import type { NearPractice } from '../directory/nearest';
import { cursorOf, type NearPosition } from './near-cursor';
import type { NearQuery } from './near-query';
import { practiceView } from '../views/practice-view';
import { PracticeNearConnection, PracticeNearEdge } from '../types/practices-near';

/** One page of the practices within the distance. */
export function nearPage(directory: Directory, query: NearQuery): PracticeNearConnection {
  const all = directory.within(query.from, query.withinMiles);
  const start = query.after === null ? 0 : indexAfter(all, query.after);
  const edges = all.slice(start, start + query.first).map((near) =>
    create(PracticeNearEdge, {
      cursor: cursorOf({ distanceMiles: near.distanceMiles, odsCode: near.practice.odsCode }),
      node: practiceView(near.practice, directory),
      distanceMiles: near.distanceMiles,
    }),
  );
  return create(PracticeNearConnection, {
    edges,
    pageInfo: create(PageInfo, {
      hasNextPage: start + edges.length < all.length,
      hasPreviousPage: start > 0,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
    totalCount: all.length,
    precision: query.precision,
    place: query.place,
  });
}

function indexAfter(all: readonly NearPractice[], after: NearPosition): number {
  const index = all.findIndex(
    ({ distanceMiles, practice }) =>
      distanceMiles > after.distanceMiles ||
      (distanceMiles === after.distanceMiles && practice.odsCode > after.odsCode),
  );
  return index === -1 ? all.length : index;
}
