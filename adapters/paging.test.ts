import { pagesOf } from './paging';

async function all(fetchPage: (cursor: string | undefined) => { items: number[]; next?: string }) {
  const items: number[] = [];
  for await (const page of pagesOf('sandpit', (cursor) => Promise.resolve(fetchPage(cursor))))
    items.push(...page.items);
  return items;
}

it('follows pages to the last', async () => {
  const pages = { '': { items: [1], next: 'b' }, b: { items: [2], next: 'c' }, c: { items: [3] } };
  expect(await all((cursor = '') => pages[cursor as keyof typeof pages])).toEqual([1, 2, 3]);
});

it.each<[string, (cursor: string | undefined) => { items: number[]; next: string }]>([
  ['go round in a circle', (cursor) => ({ items: [1], next: cursor === 'b' ? 'c' : 'b' })],
  ['never end', (cursor) => ({ items: [1], next: `${Number(cursor ?? 0) + 1}` })],
])('fails rather than give half a list where pages %s', async (_, fetchPage) => {
  await expect(all(fetchPage)).rejects.toMatchObject({ fault: 'BAD_REPLY', path: '$' });
});
