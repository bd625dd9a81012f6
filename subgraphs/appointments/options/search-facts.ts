import { SEX_WORDS } from '../../../domain/insight/dimensions';
import { distanceBand } from '../../../domain/insight/bands';
import { assessmentDigest } from '../../../domain/assessment-digest';
import { loggableError } from '../../../domain/loggable-error';
import { OdsCode } from '../../../domain/ods-code';
import { factSource } from '../../../platform/insight/counted-source';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { OfferFacts } from '../holds/offers';
import type { Ledger } from '../ledger/ledger';
import type { AssessmentFacts } from './assessment-facts';
import type { OptionsFound } from './find-options';
import type { PracticeFound, SearchDeps } from './search-practice';
import { supplierReports } from './supplier-reports';

type OwnAnswer = NonNullable<OfferFacts['ownAnswer']>;

/** The own practice's answer, with a closed book told apart from other rules; null where no own practice is known. */
export function ownAnswerOf(own: PracticeFound | null): OwnAnswer | null {
  if (own === null) return null;
  return own.answer === 'NOT_RELEASED' && own.stoppedBy.includes('BOOK_CLOSED') ? 'BOOK_CLOSED' : own.answer;
}

/** The facts by which statistics will count an offer. */
export function offerFacts(
  assessment: AssessmentFacts,
  own: PracticeFound | null,
  practice: PracticeFound,
): OfferFacts {
  const { pathway, outcome, place, subject } = assessment;
  return {
    pathway: pathway?.id ?? null,
    sex: sexWord(subject.sex),
    outcode: outwardCodeOf(place?.postcode ?? null),
    deprivation: place?.deprivation ?? null,
    reachedAt: outcome?.reachedAt ?? null,
    ownPractice: own?.candidate.odsCode ?? null,
    ownAnswer: ownAnswerOf(own),
    distance: distanceBand(practice.candidate.distanceMiles),
  };
}

/** Writes a search down for statistics. Whoever searches is answered all the same where that fails. */
export async function noteSearch(
  assessment: AssessmentFacts,
  found: OptionsFound,
  { caller, source }: Pick<SubgraphContext, 'caller' | 'source'>,
  {
    ledger,
    systems,
    logger,
  }: Pick<SearchDeps, 'systems' | 'logger'> & { ledger: Pick<Ledger, 'noteSearch'> },
): Promise<void> {
  const { own, elsewhere, considered, notOffered } = found;
  const { pathway, outcome, place, subject } = assessment;
  const practice = OdsCode.safeParse(subject.registeredPracticeOdsCode);
  const reports = supplierReports(systems.keys(), considered).filter(
    ({ outcome: one }) => one !== 'NOT_ASKED',
  );
  const offering = [...(own === null ? [] : [own]), ...elsewhere].filter(({ answer }) => answer === 'SLOTS');
  try {
    await ledger.noteSearch({
      at: found.searchedAt,
      assessmentDigest: assessmentDigest(assessment.id),
      source: factSource(caller, source),
      person: {
        pathway: pathway?.id ?? null,
        disposition: outcome?.disposition.id ?? '',
        ageInMonths: subject.ageInMonths,
        sex: sexWord(subject.sex),
        practice: practice.success ? practice.data : null,
        outcode: outwardCodeOf(place?.postcode ?? null),
        deprivation: place?.deprivation ?? null,
      },
      ownAnswer: ownAnswerOf(own),
      found: own?.answer === 'SLOTS' ? 'OWN' : elsewhere.length > 0 ? 'ELSEWHERE' : 'NOTHING',
      notOffered: [...notOffered.keys()],
      suppliers: reports.map(({ supplier, outcome: one }) => ({ supplier, outcome: one })),
      slots: offering.flatMap(({ search, slots }) =>
        slots.map((slot) => ({ supplier: search?.supplier ?? '', slot })),
      ),
    });
  } catch (error) {
    logger.warn({ err: loggableError(error) }, 'a search could not be written down for statistics');
  }
}

function sexWord(sex: AssessmentFacts['subject']['sex']): string | null {
  return sex == null ? null : SEX_WORDS[sex];
}

/** The first half of a postcode in Royal Mail's format. */
function outwardCodeOf(postcode: string | null): string | null {
  return postcode?.split(' ')[0] ?? null;
}
