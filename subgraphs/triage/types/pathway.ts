import { ArgsType, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { ContentStatus } from '../content/vocabulary';
import type { PathwaySearch } from '../content/find-pathways';
import { ContentStatusEnum } from './enums';
import { SubjectInput } from './subject';

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

@ArgsType()
export class PathwaysArgs implements PathwaySearch {
  @Field(() => String, {
    nullable: true,
    description: 'Everyday words, for example itchy spots; at most 200 characters.',
  })
  search?: string | null;

  @Field(() => SubjectInput, { nullable: true })
  subject?: SubjectInput | null;

  @Field(() => Int, { defaultValue: 20, description: 'From 1 to 50.' })
  first!: number;
}
