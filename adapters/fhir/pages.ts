import { z } from 'zod';
import { badReply } from '../http/parse-reply';
import { pagesOf } from '../paging';
import type { Bundle } from './bundle';

/** Pages without an entry may stand between others, but a list of nothing else has no end. */
const MAX_EMPTY_PAGES = 3;

export type Query = readonly (readonly [name: string, value: string])[];

/**
 * Reads a list to its end, page by page: what stands on a page that nobody asks for would look as if it were not there. A `next`
 * link's query is followed, never its address.
 * @param list.path the end of the list's own path, which a link has to have.
 * @throws SupplierError BAD_REPLY when the pages lead elsewhere, in a circle, or have no end.
 */
export async function* bundlePages(
  { supplier, path, query }: { supplier: string; path: string; query: Query },
  fetchPage: (query: Query) => Promise<Bundle>,
): AsyncGenerator<Bundle, void, void> {
  let empty = 0;
  const pages = pagesOf(supplier, async (link) => {
    const bundle = await fetchPage(link === undefined ? query : queryOfNext(supplier, link, path));
    return { bundle, next: bundle.link?.find(({ relation }) => relation === 'next')?.url };
  });
  for await (const { bundle, next } of pages) {
    yield bundle;
    if ((bundle.entry ?? []).length === 0) empty += 1;
    if (next !== undefined && empty >= MAX_EMPTY_PAGES) throw badReply(supplier, 'the list has no last page');
  }
}

/**
 * Reads a list to its end, as one Bundle, for readers who conclude something from what is not in it.
 * @throws SupplierError BAD_REPLY also where the supplier says itself that something is missing: fewer entries than it counts, or an
 * error among them.
 */
export async function wholeBundle(...list: Parameters<typeof bundlePages>): Promise<Bundle> {
  const [{ supplier }] = list;
  const entry: NonNullable<Bundle['entry']> = [];
  let total = 0;
  for await (const page of bundlePages(...list)) {
    entry.push(...(page.entry ?? []));
    total = Math.max(total, page.total ?? 0);
  }
  if (entry.length < total) throw badReply(supplier, 'the list is shorter than it says');
  if (entry.some(({ resource }) => isError(resource)))
    throw badReply(supplier, 'the list has an error in it');
  return { resourceType: 'Bundle', entry };
}

const Issues = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(z.object({ severity: z.string() })),
});

function isError(resource: unknown): boolean {
  const { issue } = Issues.safeParse(resource).data ?? { issue: [] };
  return issue.some(({ severity }) => severity === 'error' || severity === 'fatal');
}

function queryOfNext(supplier: string, link: string, path: string): Query {
  const url = URL.canParse(link, 'https://supplier.invalid')
    ? new URL(link, 'https://supplier.invalid')
    : null;
  if (!url?.pathname.endsWith(path)) throw badReply(supplier, 'the next page is not one of the list');
  return [...url.searchParams];
}
