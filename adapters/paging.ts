import { badReply } from './http/parse-reply';

/** No practice's week, and nobody's list of appointments, is longer; what is, does not end. */
const MAX_PAGES = 500;

/**
 * Follows a list from page to page until its end. Half a list is none: where a page cannot be had, this throws.
 * @param fetchPage gets one page; without a cursor the first.
 * @throws SupplierError BAD_REPLY where the pages go round in a circle, or are too many; what `fetchPage` throws.
 */
export async function* pagesOf<Page extends { next?: string | undefined }>(
  supplier: string,
  fetchPage: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const page = await fetchPage(cursor);
    yield page;
    cursor = page.next;
    if (cursor === undefined) return;
    if (cursors.has(cursor)) throw badReply(supplier, 'a page names an earlier one as the next');
    cursors.add(cursor);
    if (cursors.size >= MAX_PAGES) throw badReply(supplier, `a list has more than ${MAX_PAGES} pages`);
  }
}
