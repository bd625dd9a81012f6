import type { AccessNeed } from '../../../domain/access-needs';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { Slot } from '../../../adapters/gp-system';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { ElsewhereReason } from '../database/tables';
import { assessmentDigest } from '../../../domain/assessment-digest';
import { ANONYMOUS_OFFERS, type Offer } from '../holds/offers';
import { identifiedPatient, subjectAmong } from '../sealed-patients';
import { supplierActorOf, systemOf, withSupplierCutOff } from '../gp-systems';
import type { Ledger } from '../ledger/ledger';
import type { AssessmentFacts } from './assessment-facts';
import { besideFirst, findTimeBeside, type BesideDeps, type BesideWhich } from './beside';
import { acceptedModes, findOptions, type OptionsFound } from './find-options';
import { optionsNotices, type OptionsNotice } from './whereabouts';
import type { PracticeFound, SearchDeps, SearchFor } from './search-practice';
import { noteSearch, offerFacts } from './search-facts';
import type { SharedQuestions } from './slot-questions';

export interface OptionsDeps extends SearchDeps, BesideDeps {
  ledger: SearchDeps['ledger'] & BesideDeps['ledger'] & Pick<Ledger, 'noteSearch'>;
  /** Time, in milliseconds, for which an offer can be held. */
  offerMs: number;
  atOnce: number;
}

export interface OptionsWanted {
  first: number;
  modes: readonly AppointmentMode[] | null;
  elsewhereReason: ElsewhereReason | null;
  /** Needs that a practice has to be known to meet. */
  accessNeeds: readonly AccessNeed[];
  beside: BesideWhich | null;
  timeoutMs: number;
}

export interface OptionsOffered extends OptionsFound {
  offersExpireAt: Date;
  practicesInRadius: number;
  notices: OptionsNotice[];
  deadline: Date | null;
  /** The time that was named with `beside`, while it stands. */
  beside: Slot | null;
  /** Slots of a practice as offers to this caller: those beside that time first, otherwise soonest first. */
  offersOf(practice: PracticeFound): Offer[];
}

type AssessmentOutcome = NonNullable<AssessmentFacts['outcome']>;
export type SearchableFacts = AssessmentFacts & {
  outcome: AssessmentOutcome;
  candidates: NonNullable<AssessmentFacts['candidates']>;
};

/** The search for one assessment, with its results as offers to the caller. */
export async function appointmentOptions(
  assessment: SearchableFacts,
  wanted: OptionsWanted,
  context: SubgraphContext,
  deps: OptionsDeps & { questions: SharedQuestions },
): Promise<OptionsOffered> {
  const { outcome, subject, candidates } = assessment;
  const { elsewhereReason, first, timeoutMs } = wanted;
  const beside = wanted.beside && (await findTimeBeside(wanted.beside, assessment.id, context.caller, deps));
  const search = { ...searchFor(assessment, wanted, context, deps.now()), beside };
  const found = await deps.questions.duringRequest(context.requestId, (questions) =>
    findOptions(
      { outcome, candidates, search: { ...search, questions }, first, elsewhereReason, timeoutMs },
      deps.atOnce,
      deps,
    ),
  );
  await noteSearch(assessment, found, context, deps);
  const offersExpireAt = new Date(found.searchedAt.getTime() + deps.offerMs);
  const common = {
    callerId: search.callerId ?? ANONYMOUS_OFFERS,
    assessmentDigest: assessmentDigest(assessment.id),
    dispositionId: outcome.disposition.id,
    ageInMonths: subject.ageInMonths,
    modes: [...search.need.modes],
    deadline: outcome.deadline,
    elsewhereReason,
    ownPractice: null,
    seat: 0,
    keeping: [],
    expiresAt: offersExpireAt,
  };
  return {
    ...found,
    offersExpireAt,
    practicesInRadius: candidates.practicesInRadius,
    notices: optionsNotices(assessment, found),
    deadline: outcome.deadline,
    beside,
    offersOf: (practice) => {
      const { search: asked, slots, candidate } = practice;
      if (asked === null || slots.length === 0) return [];
      const { supplier } = asked;
      const about = offerFacts(assessment, found.own, practice);
      const relation = practice === found.own ? 'OWN' : 'OTHER';
      const policy = withSupplierCutOff(systemOf({ offer: asked }, deps.systems), candidate.release);
      return besideFirst(slots, beside).map((slot) => ({
        ...common,
        slot,
        supplier,
        about,
        relation,
        policy,
      }));
    },
  };
}

function searchFor(
  { subject, outcome }: Pick<SearchableFacts, 'subject' | 'outcome'>,
  { modes, accessNeeds }: OptionsWanted,
  { caller, requestId, signal }: SubgraphContext,
  now: Date,
): SearchFor {
  const person = subjectAmong(caller, subject, now);
  const { id: dispositionId, modes: bookable } = outcome.disposition;
  return {
    need: {
      ageInMonths: subject.ageInMonths,
      dispositionId,
      modes: acceptedModes(bookable, modes),
      deadline: outcome.deadline,
    },
    accessNeeds,
    earliest: null,
    actor: supplierActorOf(caller),
    callerId: caller.kind === 'patient' ? caller.id : null,
    patient: person && identifiedPatient(person),
    requestId,
    signal,
  };
}
