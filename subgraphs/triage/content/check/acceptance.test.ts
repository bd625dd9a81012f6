import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContentFiles } from '../content-files';
import { CONTENT_FOLDER, contentFrom } from '../load-content';
import { acceptanceRules, changedTables, type Accepted, type Baseline } from './acceptance-rules';
import { changeLine, compareTables, lessUrgent } from './compare-tables';
import { enumerate } from './enumerate';
import { readBaseline, writeAcceptance } from './golden-files';
import { outcomeTable, readTable, tableDigest, tableText, type OutcomeTable } from './outcome-table';

const COUGH = 'pathways/cough.yaml';
const before = tableOf();

function tableOf(...edits: [string, string][]): OutcomeTable {
  const files = readContentFiles(CONTENT_FOLDER);
  for (const [old, now] of edits) {
    expect(files.get(COUGH)).toContain(old);
    files.set(COUGH, files.get(COUGH)!.replace(old, now));
  }
  return outcomeTable(enumerate(contentFrom(files).pathways.get('cough')!));
}

function accepted(table: OutcomeTable, more: Partial<Accepted> = {}): Accepted {
  return {
    pathway: table.pathway,
    version: table.version,
    table: tableDigest(table),
    lessUrgent: 0,
    reviewer: 'A. Reviewer',
    reason: 'a test',
    ...more,
  };
}

const baseline: Baseline = { tables: new Map([['cough', before]]), accepted: [accepted(before)] };
const NEXT: [string, string] = ['version: 1.0.0', 'version: 1.1.0'];
const SAFER: [string, string] = ["{ id: 'yes', outcome: gp-24h }", "{ id: 'yes', outcome: gp-12h }"];
const LESS_SAFE: [string, string] = ["{ id: 'yes', outcome: gp-12h }", "{ id: 'yes', outcome: gp-24h }"];

describe('a table of outcomes', () => {
  it('is the same after it was written and read', () => {
    const again = readTable(tableText(before));
    expect(tableText(again)).toBe(tableText(before));
    expect(tableDigest(again)).toBe(tableDigest(before));
    expect(compareTables(again, before)).toEqual([]);
  });

  it('has the same digest in a version that changes no outcome', () => {
    expect(tableDigest(tableOf(NEXT))).toBe(tableDigest(before));
    expect(tableDigest(tableOf(SAFER))).not.toBe(tableDigest(before));
  });

  it('says what was there, of everybody, refusals too', () => {
    expect(before.outcomes.get('(refused)')?.get('F@0')).toEqual({ disposition: 'call-111', decided: '-' });
    expect(before.outcomes.get('emergency.screen=none red-flags=confused')?.get('U@1827')).toEqual({
      disposition: 'ambulance',
      decided: 'red-flags:confused',
    });
  });
});

describe('the difference of two tables', () => {
  it('has what became less urgent on top', () => {
    const changes = compareTables(
      before,
      tableOf(LESS_SAFE, [
        "{ id: 'yes', outcome: gp-24h }\n      - { id: 'no', to: duration }",
        "{ id: 'yes', outcome: gp-2h }\n      - { id: 'no', to: duration }",
      ]),
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['less urgent', 'more urgent']);
    expect(changeLine(changes[0]!)).toBe(
      'less urgent: gp-12h (720m) -> gp-24h (1440m)  for F@1827 M@1827 U@1827: emergency.screen=none red-flags=none urgent-signs=none unwell=yes',
    );
    expect(lessUrgent(changes)).toBe(1);
  });

  it('lists answers that are new and that are gone', () => {
    const changes = compareTables(before, tableOf(['id: choking', 'id: inhaled']));
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['new', 'gone']));
  });

  it('shows whom a pathway does not take any more, and from when', () => {
    const older = tableOf(
      ['from: 1827, below: null', 'from: 2192, below: null'],
      ['below: 1827 }', 'below: 2192 }'],
    );
    const changes = compareTables(before, older);
    const gone = changes.filter(({ kind }) => kind === 'gone');
    expect(gone.length).toBeGreaterThan(100);
    const ages = new Set(gone.flatMap(({ people }) => people.map((person) => person.split('@')[1])));
    expect([...ages]).toEqual(['1827']);
    expect(changes.find(({ answers }) => answers === '(refused)')).toMatchObject({
      kind: 'new',
      after: 'call-111 (0m)',
    });
  });
});

describe('acceptance', () => {
  it('is there for what was accepted', () => {
    expect(acceptanceRules([before], baseline)).toEqual([]);
    expect(changedTables([before], baseline)).toEqual([]);
  });

  it('is missing for a change, until it is accepted in a new version', () => {
    const after = tableOf(SAFER, NEXT);
    expect(acceptanceRules([after], baseline)).toMatchObject([
      { rule: 20, severity: 'failure', file: COUGH },
    ]);
    expect(changedTables([after], baseline)).toMatchObject([{ pathway: 'cough' }]);
    const taken = {
      tables: new Map([['cough', after]]),
      accepted: [accepted(before), accepted(after)],
    };
    expect(acceptanceRules([after], taken)).toEqual([]);
  });

  it('needs a second reader for anything that became less urgent', () => {
    const after = tableOf(LESS_SAFE, NEXT);
    const by = (more: Partial<Accepted>) =>
      acceptanceRules([after], {
        tables: new Map([['cough', after]]),
        accepted: [accepted(before), accepted(after, { lessUrgent: 1, ...more })],
      });
    expect(by({})).toHaveLength(1);
    expect(by({ secondReviewer: 'A. Reviewer' })).toHaveLength(1);
    expect(by({ secondReviewer: 'B. Reader' })).toEqual([]);
  });

  it('is not believed where a table was changed by hand', () => {
    const after = tableOf(SAFER);
    const forged = { tables: new Map([['cough', after]]), accepted: [accepted(before)] };
    expect(acceptanceRules([after], forged)).not.toEqual([]);
    const twice = { ...forged, accepted: [accepted(before), accepted(after)] };
    expect(acceptanceRules([after], twice)).toMatchObject([
      { message: expect.stringMatching(/was accepted with other outcomes/) as string },
    ]);
  });

  it('is asked to go when its pathway has gone', () => {
    expect(acceptanceRules([], baseline)).toMatchObject([{ file: 'golden/cough.tsv' }]);
  });

  it('is written to files, and read from them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    writeAcceptance(folder, [before], [accepted(before)]);
    expect(acceptanceRules([before], readBaseline(folder))).toEqual([]);
    const after = tableOf(SAFER, NEXT);
    writeAcceptance(folder, [after], [accepted(after)]);
    expect(readBaseline(folder).accepted).toEqual([accepted(before), accepted(after)]);
    writeAcceptance(folder, [], []);
    expect(readBaseline(folder).tables.size).toBe(0);
  });
});
