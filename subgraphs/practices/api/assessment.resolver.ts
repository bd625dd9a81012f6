import { Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CandidateFinder, Candidates } from '../candidate-finder';
import { Assessment } from './assessment';
import { CandidatePractices } from './candidates';

@Resolver(() => Assessment)
export class AssessmentResolver {
  constructor(private readonly candidateFinder: CandidateFinder) {}

  @Directive('@inaccessible')
  @Directive(
    '@requires(fields: "place { latitude longitude } subject { registeredPracticeOdsCode ageInMonths }")',
  )
  @FieldResolver(() => CandidatePractices, {
    nullable: true,
    description: 'Null when neither the place nor the own practice is known.',
  })
  candidates(@Root() { place, subject }: Assessment): Promise<Candidates | null> {
    return this.candidateFinder.find(place, subject?.registeredPracticeOdsCode ?? null);
  }
}
