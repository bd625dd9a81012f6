import { createUnionType, Field, ID, InputType, Int } from 'type-graphql';
import { InvalidInput } from '../../../platform/graphql/problem';
import type { WhereaboutsInput } from '../assessment/assessments';
import {
  AssessmentExpired,
  AssessmentNotFound,
  AssessmentSwitchedOff,
  StaleRevision,
} from './answer-question';
import { Assessment } from './assessment';
import { PlaceInput } from './place-input';

@InputType({ description: 'The place, the practice, or both; what is left out stays as it was.' })
export class SetWhereaboutsInput implements WhereaboutsInput {
  @Field(() => ID)
  assessmentId!: string;

  @Field(() => PlaceInput, {
    nullable: true,
    description: 'Place where the person is now; the ten miles are measured from here.',
  })
  place?: PlaceInput | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The practice that the person says they are registered with; a verified identity outranks it.',
  })
  registeredPracticeOdsCode?: string | null;

  @Field(() => Int, {
    description: 'The revision that the caller has seen: two devices cannot overwrite each other.',
  })
  expectedRevision!: number;
}

export const SetWhereaboutsResult = createUnionType({
  name: 'SetWhereaboutsResult',
  types: () =>
    [
      Assessment,
      StaleRevision,
      AssessmentExpired,
      AssessmentSwitchedOff,
      InvalidInput,
      AssessmentNotFound,
    ] as const,
});
