import { ageBand } from '../../../domain/insight/bands';
import { deprivationValue, SEX_WORDS } from '../../../domain/insight/dimensions';
import type { ResolvedPlace } from '../../../domain/place-lookup';
import { factTime, type FactChance } from '../../../platform/insight/fact-time';
import type { Sex } from '../content/vocabulary';
import type { TriageTables } from '../database/tables';

export type CheckFactRow = TriageTables['triage_check_fact'];

/** The person and moment that a check's fact is made of. */
export interface CheckedPerson {
  pathwayId: string;
  subject: { ageInDays: number; sex: Sex };
  place: ResolvedPlace | null;
  practice: string | null;
  at: Date;
}

/** The fact of a check that begins, or is refused: bands and codes, nothing by which it could be found again. */
export function newCheckFact(
  { pathwayId, subject, place, practice, at }: CheckedPerson,
  result: CheckFactRow['result'],
  chance: FactChance,
): CheckFactRow {
  return {
    id: chance.id(),
    ...factTime(at),
    cell_key: chance.cellKey(),
    pathway: pathwayId,
    age_band: ageBand(subject.ageInDays),
    sex: SEX_WORDS[subject.sex],
    practice,
    outcode: outwardCodeOf(place?.postcode ?? null),
    deprivation: deprivationValue(place?.deprivation ?? null),
    result,
    disposition: null,
  };
}

/** The first half of a postcode in Royal Mail's format. */
export function outwardCodeOf(postcode: string | null): string | null {
  return postcode?.split(' ')[0] ?? null;
}
