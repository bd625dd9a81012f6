import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { ContentStatus } from '../content/vocabulary';
import { ContentStatusEnum } from './enums';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'The questions about one complaint.' })
export class Pathway {
  @Field(() => ID, { description: 'For example child-rash.' })
  id!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String, { description: 'Semantic version.' })
  version!: string;

  @Field(() => String, { nullable: true })
  summary!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Advice instead, where an operator has switched this symptom check off.',
  })
  switchedOff!: string | null;

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;
}
