import { GraphQLJSONObject } from 'graphql-scalars';
import { Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { ForKinds } from '../../../platform/graphql/access-directive';
import { Assessment } from '../types/assessment';
import { Outcome, AlternativeOutcome } from '../types/outcome';
import { AssessmentTrace } from '../types/trace';
import { whatIfViews } from '../views/assessment-view';
import { questionnaireResponse } from '../views/questionnaire-response';
import { traceView } from '../views/trace-view';

/** Resolves the explanation of an outcome: made only when it is requested. */
@Resolver(() => Assessment)
export class ExplanationResolver {
  @ForKinds('PRACTICE_STAFF')
  @Directive('@tag(name: "staff")')
  @Directive('@cost(weight: 20)')
  @FieldResolver(() => AssessmentTrace, {
    nullable: true,
    description: 'Every step with its rule and sources, for the receiving clinician.',
  })
  trace(@Root() { pinned }: Assessment): AssessmentTrace {
    return traceView(pinned);
  }

  @Directive('@tag(name: "public")')
  @Directive('@cost(weight: 20)')
  @FieldResolver(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'A completed assessment as a FHIR R4 QuestionnaireResponse with contained Questionnaire; null while there is a question.',
  })
  questionnaireResponse(@Root() { pinned }: Assessment): object | null {
    return pinned.off ? null : questionnaireResponse(pinned);
  }
}

@Resolver(() => Outcome)
export class AlternativeOutcomeResolver {
  @Directive('@cost(weight: 20)')
  @Directive('@listSize(assumedSize: 20)')
  @FieldResolver(() => [AlternativeOutcome], {
    description:
      'Outcomes that would have been more urgent: one answer given otherwise, the nearest urgency first.',
  })
  moreUrgentAnswers(@Root() { pinned }: Outcome): AlternativeOutcome[] {
    return whatIfViews(pinned);
  }
}
