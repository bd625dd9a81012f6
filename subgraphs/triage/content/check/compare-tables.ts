import { REFUSED, type Ending, type OutcomeTable, type PersonGroup } from './outcome-table';

/** One answer set whose outcome is another than before, for these people. */
export interface OutcomeChange {
  kind: 'less urgent' | 'more urgent' | 'as urgent' | 'new' | 'gone';
  answers: string;
  people: PersonGroup[];
  before: string | null;
  after: string | null;
}

const ORDER: readonly OutcomeChange['kind'][] = ['less urgent', 'more urgent', 'as urgent', 'gone', 'new'];

/**
 * Every answer set whose outcome changed, less urgent ones first. People are compared at every age at which either
 * table changes hands.
 */
export function compareTables(before: OutcomeTable | null, after: OutcomeTable): OutcomeChange[] {
  const changes = new Map<string, OutcomeChange>();
  const everybody = peopleOfBoth(before, after).map((person) => ({
    person,
    groupBefore: before === null ? undefined : groupOf(before, person),
    groupAfter: groupOf(after, person),
  }));
  for (const answers of new Set([...(before?.outcomes.keys() ?? []), ...after.outcomes.keys()]))
    for (const { person, groupBefore, groupAfter } of everybody) {
      const change = changeOf(
        answers,
        { table: before, ending: endingFor(before, answers, groupBefore) },
        { table: after, ending: endingFor(after, answers, groupAfter) },
      );
      if (change === null) continue;
      const key = [change.kind, answers, change.before, change.after].join('\t');
      const same = changes.get(key) ?? { ...change, people: [] };
      changes.set(key, { ...same, people: [...same.people, person] });
    }
  return [...changes.values()].sort(
    (one, other) =>
      ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || (one.answers < other.answers ? -1 : 1),
  );
}

/** Counts the outcomes that became less urgent: these need a second reviewer. */
export function lessUrgent(changes: readonly OutcomeChange[]): number {
  return changes.filter(({ kind }) => kind === 'less urgent').length;
}

/** For people to read. */
export function changeLine({ kind, answers, people, before, after }: OutcomeChange): string {
  const way = [before ?? 'not there', after ?? 'not there'].join(' -> ');
  return `${kind}: ${way}  for ${people.join(' ')}: ${answers}`;
}

function changeOf(
  answers: string,
  { table: before, ending: old }: { table: OutcomeTable | null; ending: Ending | undefined },
  { table: after, ending: now }: { table: OutcomeTable; ending: Ending | undefined },
): Omit<OutcomeChange, 'people'> | null {
  if (!old && !now) return null;
  const texts = {
    answers,
    before: before && old ? described(before, old) : null,
    after: now ? described(after, now) : null,
  };
  if (!before || !old) return { kind: 'new', ...texts };
  if (!now) return { kind: 'gone', ...texts };
  if (texts.before === texts.after && old.decided === now.decided) return null;
  const [was, is] = [rankOf(before, old), rankOf(after, now)];
  return { kind: is > was ? 'less urgent' : is < was ? 'more urgent' : 'as urgent', ...texts };
}

function endingFor(
  table: OutcomeTable | null,
  answers: string,
  group: PersonGroup | undefined,
): Ending | undefined {
  return group === undefined ? undefined : table?.outcomes.get(answers)?.get(group);
}

/** The group of a table that somebody of another table's group belongs to. */
function groupOf(table: OutcomeTable, person: PersonGroup): PersonGroup | undefined {
  const { sex, age } = read(person);
  return peopleOf(table)
    .filter((each) => read(each).sex === sex && read(each).age <= age)
    .sort((one, other) => read(other).age - read(one).age)[0];
}

function peopleOfBoth(before: OutcomeTable | null, after: OutcomeTable): PersonGroup[] {
  return [...new Set([...(before === null ? [] : peopleOf(before)), ...peopleOf(after)])];
}

function peopleOf({ people, outcomes }: OutcomeTable): PersonGroup[] {
  return [...people, ...(outcomes.get(REFUSED)?.keys() ?? [])];
}

function read(person: PersonGroup): { sex: string; age: number } {
  const [sex = '', age = ''] = person.split('@');
  return { sex, age: Number(age) };
}

function described(table: OutcomeTable, { disposition }: Ending): string {
  return `${disposition} (${table.urgency.get(disposition)?.within ?? '?'})`;
}

/** More than any number of minutes that a disposition allows. */
const NO_LIMIT = 1e6;

/** Returns the order of an outcome, by rank, and at the same rank by time: a later deadline is less urgent too. */
function rankOf(table: OutcomeTable, { disposition }: Ending): number {
  const { rank, within } = table.urgency.get(disposition) ?? { rank: Infinity, within: '-' };
  const minutes = /^(\d+)m$/.exec(within)?.[1];
  return rank * NO_LIMIT + (minutes === undefined ? NO_LIMIT - 1 : Number(minutes));
}
