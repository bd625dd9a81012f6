import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { InvalidInput, Problem } from '../../../platform/graphql/problem';
import type { ContentStatus } from '../content/vocabulary';
import { ContentStatusEnum } from './enums';
import type { StartInput } from '../assessment/start-request';
import { Assessment } from './assessment';
import { Disposition } from './disposition';
import { PlaceInput } from './place-input';
import { SubjectInput } from './subject';

@InputType()
export class StartAssessmentInput implements StartInput {
  @Field(() => ID)
  pathwayId!: string;

  @Field(() => SubjectInput)
  subject!: SubjectInput;

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

  @Field(() => String, {
    nullable: true,
    description: 'In which questions and advice are worded; en-GB when left out.',
  })
  locale?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Random text of at least 16 bytes (22 to 200 characters) that the front end makes once and keeps on the device: somebody who starts again after an emergency is recognised by it. Only a keyed digest is kept.',
  })
  deviceToken?: string | null;

  @Field(() => ID, {
    description:
      '16 to 100 characters chosen by the client, without a token at least 32: a UUID for example. A repeat gives the first result, until that symptom check ends.',
  })
  idempotencyKey!: string;
}

@ObjectType({
  implements: Problem,
  description: 'The pathway is not for this person; says what to do instead.',
})
export class NotSuitableOnline extends Problem {
  @Field(() => Disposition)
  disposition!: Disposition;

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;
}

export const StartAssessmentResult = createUnionType({
  name: 'StartAssessmentResult',
  types: () => [Assessment, NotSuitableOnline, InvalidInput] as const,
});
