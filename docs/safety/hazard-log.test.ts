import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { patched } from '../../tests/faults/source-patches';
import {
  namePattern,
  readHazards,
  SEVERITIES,
  testedControls,
  type Rating,
} from '../../tests/safety/hazard-log';

/**
 * Checks the hazard log: risks by the matrix of README.md, the existence of every control's test, and that what
 * `npm run safety:controls` removes is still there to be removed.
 */

const ROOT = resolve(__dirname, '..', '..');
const hazards = readHazards(ROOT);
const matrix = matrixOf(read('docs/safety/README.md'));

it('names every hazard once', () => {
  const ids = hazards.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(15);
});

describe.each(hazards)('$id', (hazard) => {
  const { initial, residual } = hazard;
  it('has the risks that the matrix gives, and none that is higher after its controls', () => {
    for (const rating of [initial, residual]) expect(rating.risk).toBe(matrix(rating));
    expect(residual.risk).toBeLessThanOrEqual(initial.risk);
    expect(residual.risk).toBeLessThan(4);
  });

  it('has a control that is tested, by a test that is there', () => {
    const tests = testedControls(hazard).map(({ test }) => test);
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, name } of tests) {
      expect(file).toMatch(/\.test\.ts$/);
      expect(withItsTables(file).replaceAll(/\s+/g, ' ')).toContain(name);
    }
  });
});

/** A test file, and the files beside it whose tables name some of its tests. */
function withItsTables(file: string): string {
  const text = read(file);
  const beside = [...text.matchAll(/from '\.\/(planted-[a-z-]+)'/g)].map(([, name]) =>
    join(file, '..', `${name}.ts`),
  );
  return [text, ...beside.map(read)].join('\n');
}

const removals = hazards.flatMap((hazard) =>
  testedControls(hazard).flatMap(({ control, removed }) => (removed ? [{ control, removed }] : [])),
);

it.each(removals)('can be without: $control', ({ removed }) => {
  expect(patched(read(removed.file), [removed])).not.toBe(read(removed.file));
});

it('has a control of every row of controls.md, each caught when it was removed', () => {
  const rows = read('docs/safety/controls.md')
    .split('\n')
    .filter((line) => line.startsWith('| H'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, hazard, control, , verdict]) => [hazard, control, verdict]);
  const wanted = hazards.flatMap((hazard) =>
    testedControls(hazard).map(({ control }) => [hazard.id, control, 'caught']),
  );
  expect(rows).toEqual(wanted);
});

it('finds the tests of a table of cases by what is written before and after each value', () => {
  expect(new RegExp(namePattern('refuses %s (twice), and $kind')).test('refuses x (twice), and y')).toBe(
    true,
  );
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The table of the page itself, so that page and log cannot differ. */
function matrixOf(page: string): (rating: Rating) => number {
  return ({ severity, likelihood }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${likelihood} `));
    const cells = row!.split('|').slice(2, -1);
    expect(cells).toHaveLength(SEVERITIES.length);
    return Number(cells[SEVERITIES.indexOf(severity)]);
  };
}
