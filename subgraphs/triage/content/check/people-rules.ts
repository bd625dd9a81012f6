import type { PathwayFile } from '../content-files';
import type { ParsedContent } from '../parse-content';
import { Sex } from '../vocabulary';
import { failure, unless, type Finding } from './finding';

type Group = PathwayFile['population'];

/** Rule 13: everybody, by age in days and sex, is in the population or refused, by exactly one rule. */
export function peopleRules({ pathways }: ParsedContent): Finding[] {
  return [...pathways].flatMap(([file, pathway]) => [
    ...tiles(file, pathway),
    ...variantsApart(file, pathway, [...pathways.values()]),
  ]);
}

function tiles(file: string, { population, refusals }: PathwayFile): Finding[] {
  const groups: Group[] = [population, ...refusals];
  return everybody(groups).flatMap(({ sex, age }) => {
    const count = groups.filter((group) => holds(group, sex, age)).length;
    return unless(count === 1, () =>
      failure(
        13,
        file,
        ['population'],
        `${count === 0 ? 'Nothing says' : 'More than one rule says'} what becomes of somebody ${sex} of ${age} days.`,
      ),
    );
  });
}

/** Checks that at most one variant of a complaint is for each person. */
function variantsApart(file: string, pathway: PathwayFile, all: readonly PathwayFile[]): Finding[] {
  const others = all.filter(({ id, complaint }) => complaint === pathway.complaint && id > pathway.id);
  return others.flatMap((other) => {
    const both = everybody([pathway.population, other.population]).find(
      ({ sex, age }) => holds(pathway.population, sex, age) && holds(other.population, sex, age),
    );
    return unless(both === undefined, () =>
      failure(
        13,
        file,
        ['population'],
        `"${other.id}" is about the same complaint and for the same people: somebody ${both?.sex ?? ''} of ${both?.age ?? 0} days.`,
      ),
    );
  });
}

/** One of each sex at every age at which a group begins or ends: in between nothing changes. */
function everybody(groups: readonly Group[]): { sex: Sex; age: number }[] {
  const edges = groups.flatMap(({ ageInDays: { from, below } }) => [from, below ?? 0]);
  return Sex.options.flatMap((sex) => [...new Set([0, ...edges])].map((age) => ({ sex, age })));
}

function holds({ sex: sexes, ageInDays: { from, below } }: Group, sex: Sex, age: number): boolean {
  return sexes.includes(sex) && age >= from && (below === null || age < below);
}
