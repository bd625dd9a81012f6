import { withSeed } from '../../../../../tests/with-seed';
import { readContentFiles } from '../../content-files';
import { CONTENT_FOLDER } from '../../load-content';
import { acceptedAsIs, judgeMutant } from './content-mutant';
import { contentMutants, MUTANT_KINDS } from './mutant-kinds';

const TODAY = new Date('2026-11-23');

it('has mistakes of at least 60 kinds, each with a place in the real content', () => {
  const files = readContentFiles(CONTENT_FOLDER);
  const empty = MUTANT_KINDS.filter(({ places }) => places(files).length === 0).map(({ kind }) => kind);
  expect(empty).toEqual([]);
  expect(new Set(MUTANT_KINDS.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(60);
});

it('catches a mistake of every kind by rule, file and line, and waits for two readers', async () => {
  await withSeed(20261130, (random) => {
    const files = readContentFiles(CONTENT_FOLDER);
    const baseline = acceptedAsIs(files, TODAY);
    const results = contentMutants(files, random, 'one of each').map((mutant) =>
      judgeMutant(mutant, baseline, TODAY),
    );
    const survivors = results
      .filter(({ caught }) => caught === null)
      .map(({ mutant: { kind, place } }) => `${kind}: ${place}`);
    expect(survivors).toEqual([]);
  });
});
