import { Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CandidateFinder, Candidates } from '../candidates/candidate-finder';
import { Assessment } from '../types/assessment';
import { CandidatePractices } from '../types/candidates';

@Resolver(() => Assessment)
export class AssessmentResolver {
  constructor(private readonly candidateFinder: CandidateFinder) {}

  @Directive('@inaccessible')
  @Directive(
    '@requires(fields: "place { latitude longitude } subject { registeredPracticeOdsCode ageInMonths } outcome { disposition { id modes } }")',
  )
  @FieldResolver(() => CandidatePractices, {
    nullable: true,
    description: 'Null before there is an outcome, and when neither the place nor the own practice is known.',
  })
  async candidates(@Root() { place, subject, outcome }: Assessment): Promise<Candidates | null> {
    if (subject === null || outcome === null) return null;
    const { id: dispositionId, modes } = outcome.disposition;
    const { ageInMonths, registeredPracticeOdsCode: ownOdsCode } = subject;
    return this.candidateFinder.find({ place, ownOdsCode, need: { ageInMonths, dispositionId, modes } });
  }
}
