import { batched } from './batched';

describe('batched', () => {
  it('asks once for what one tick wants, and once for each key', async () => {
    const asked: string[][] = [];
    const get = batched((keys) => {
      asked.push(keys);
      return Promise.resolve(new Map(keys.map((key) => [key, key.toUpperCase()])));
    });
    await expect(Promise.all([get('a'), get('b'), get('a')])).resolves.toEqual(['A', 'B', 'A']);
    await expect(get('a')).resolves.toBe('A');
    expect(asked).toEqual([['a', 'b'], ['a']]);
  });

  it('fails everybody who waits when loading fails, and tries again next time', async () => {
    let fail = true;
    const get = batched((keys) =>
      fail ? Promise.reject(new Error('away')) : Promise.resolve(new Map(keys.map((key) => [key, key]))),
    );
    await expect(Promise.allSettled([get('a'), get('b')])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    fail = false;
    await expect(get('a')).resolves.toBe('a');
  });
});
