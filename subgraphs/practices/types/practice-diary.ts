import { createUnionType, Directive, Field, Int, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import { InvalidInput } from '../../../platform/graphql/problem';
import type { PreviewRule } from '../release/release-preview';
import { AppointmentModeEnum, DiaryAnswerEnum, PreviewRuleEnum } from './enums';

@ObjectType({
  description: "A free time in a practice's own book, and the rules that stop it; offered where none does.",
})
export class DiaryTime {
  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Date)
  endsAt!: Date;

  @Field(() => AppointmentModeEnum)
  mode!: AppointmentMode;

  @Field(() => String, { description: "The practice's own name for this kind of slot." })
  slotType!: string;

  @Field(() => String, { nullable: true })
  clinicianName!: string | null;

  @Field(() => Boolean, { description: 'True while a patient is confirming it.' })
  isKept!: boolean;

  @Directive('@listSize(assumedSize: 5)')
  @Field(() => [PreviewRuleEnum], { description: "Rules that keep it from the practice's own patients." })
  stoppedForOwn!: PreviewRule[];

  @Directive('@listSize(assumedSize: 5)')
  @Field(() => [PreviewRuleEnum], { description: "Rules that keep it from other practices' patients." })
  stoppedForOthers!: PreviewRule[];
}

@ObjectType({
  description: "A London day of a practice's own book, as its system shows it to the network.",
})
export class PracticeDiary {
  @Field(() => String, { description: 'For example 2026-03-02.' })
  day!: string;

  @Field(() => DiaryAnswerEnum)
  answer!: keyof typeof DiaryAnswerEnum;

  @Field(() => Boolean, { description: 'True where a connection lets own patients book.' })
  ownPatientsReached!: boolean;

  @Field(() => Boolean, { description: "True where a connection lets other practices' patients book." })
  otherPatientsReached!: boolean;

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [String], {
    description: 'Names of the slot types that the book has had, as far as searches have seen; at most 60.',
  })
  slotTypes!: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'The daily number in the rules that were judged by; null: no cap.',
  })
  dailyQuota!: number | null;

  @Directive('@listSize(assumedSize: 50)')
  @Field(() => [DiaryTime], { description: 'Free times that have not begun, soonest first; at most 300.' })
  times!: DiaryTime[];
}

export const PracticeDiaryResult = createUnionType({
  name: 'PracticeDiaryResult',
  types: () => [PracticeDiary, InvalidInput] as const,
});
