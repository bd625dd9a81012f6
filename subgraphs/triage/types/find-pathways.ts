import { ArgsType, createUnionType, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { InvalidInput } from '../../../platform/graphql/problem';
import type { Call111Reason, PathwaySearch } from '../content/find-pathways';
import type { HelpKind } from '../content/own-words-files';
import type { ContentStatus } from '../content/vocabulary';
import { Disposition } from './disposition';
import { CallNhs111ReasonEnum, ContentStatusEnum, HelpKindEnum } from './enums';
import { Pathway } from './pathway';
import { SubjectInput } from './subject';

@ArgsType()
export class FindPathwaysArgs implements PathwaySearch {
  @Field(() => String, {
    nullable: true,
    description:
      'Everyday words, for example itchy spots; at most 200 characters. Blank finds every pathway.',
  })
  words?: string | null;

  @Field(() => SubjectInput, { nullable: true })
  subject?: SubjectInput | null;

  @Field(() => Int, { defaultValue: 20, description: 'From 1 to 50.' })
  first!: number;
}

@ObjectType({ description: 'A way to help, to be shown as a link.' })
export class HelpContact {
  @Field(() => ID, { description: 'For example samaritans.' })
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true, description: 'Number as it is dialled, for example 18001 111.' })
  phone!: string | null;

  @Field(() => String, { nullable: true })
  url!: string | null;

  @Field(() => String, { description: 'Purpose of the contact.' })
  use!: string;
}

@ObjectType({ description: 'The language in which the words seem to be written.' })
export class WrittenLanguage {
  @Field(() => String, { nullable: true, description: 'In English; null where it is not known.' })
  name!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Call to make, in that language, with what to say in English. Show it first.',
  })
  callToAction!: string | null;
}

@ObjectType({ description: 'A pathway for these words that is not for this person.' })
export class PathwayLeftOut {
  @Field(() => Pathway)
  pathway!: Pathway;

  @Field(() => String, { description: 'People whom it is for, and what to do instead.' })
  reason!: string;

  @Field(() => Disposition)
  disposition!: Disposition;
}

@ObjectType({ description: 'Pathways for these words and this person, the best first.' })
export class PathwaysFound {
  @Directive('@listSize(assumedSize: 50)')
  @Field(() => [Pathway], { description: 'Never empty.' })
  pathways!: Pathway[];

  @Directive('@listSize(assumedSize: 10)')
  @Field(() => [PathwayLeftOut], {
    description: 'For the same words but for other people, where no variant is for this person.',
  })
  leftOut!: PathwayLeftOut[];

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [String], { description: 'When to call 999 or 111 instead. Show it beside the list.' })
  advice!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'Advice about a part of the words that is about something else.',
  })
  partlyCovered!: string | null;

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;
}

@ObjectType({
  description:
    'The words name a danger: there is no list. Show title, message and advice, and the contacts as links.',
})
export class SeekHelpNow {
  @Field(() => HelpKindEnum)
  kind!: HelpKind;

  @Field(() => String)
  title!: string;

  @Field(() => String, { description: 'Possible meaning of the words.' })
  message!: string;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [String])
  advice!: string[];

  @Directive('@listSize(assumedSize: 8)')
  @Field(() => [HelpContact])
  contacts!: HelpContact[];

  @Field(() => WrittenLanguage, { nullable: true })
  language!: WrittenLanguage | null;

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;
}

@ObjectType({ description: 'No pathway fits: says why, and that 111 helps.' })
export class CallNhs111 {
  @Field(() => CallNhs111ReasonEnum)
  reason!: Call111Reason;

  @Field(() => String)
  title!: string;

  @Field(() => String, { description: 'Reason for which there is no list.' })
  message!: string;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [String], { description: 'Advice on what to do, and how to get an interpreter.' })
  advice!: string[];

  @Field(() => Disposition)
  disposition!: Disposition;

  @Directive('@listSize(assumedSize: 10)')
  @Field(() => [PathwayLeftOut])
  leftOut!: PathwayLeftOut[];

  @Directive('@listSize(assumedSize: 8)')
  @Field(() => [HelpContact])
  contacts!: HelpContact[];

  @Field(() => WrittenLanguage, { nullable: true })
  language!: WrittenLanguage | null;

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;
}

export const FindPathwaysResult = createUnionType({
  name: 'FindPathwaysResult',
  types: () => [PathwaysFound, SeekHelpNow, CallNhs111, InvalidInput] as const,
});
