import { randomUUID } from 'node:crypto';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  Mutation,
  Resolver,
  Root,
} from 'type-graphql';
import type { DispositionCatalogue } from '../../../domain/disposition-catalogue';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { OdsCode } from '../../../domain/ods-code';
import { manages, whyNotLook } from '../../../domain/practice-staff';
import { ForOwn } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import {
  invalidInput,
  notAllowed,
  roleNotAllowed,
  type InvalidInput,
  type NotAllowed,
} from '../../../platform/graphql/problem';
import { badInput, forbidden } from '../../../platform/graphql/graphql-errors';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { DirectoryFeed } from '../directory/directory-feed';
import type { DeskAnswer, DeskRefusal, ReleasePolicyService } from '../release/release-desk';
import { Practice } from '../types/practice';
import { practiceView } from '../views/practice-view';
import { checkClosure, checkDiary, checkPreview, readRules, reasonFaults } from '../release/release-check';
import {
  CloseBookInput,
  PracticeDiaryInput,
  ReleasePreviewInput,
  ReopenBookInput,
  SetReleasePolicyInput,
} from '../types/release-inputs';
import {
  CloseBookResult,
  ReleaseHistoryEntry,
  ReleasePreview,
  SetReleasePolicyResult,
  type BookingsInClosure,
  type PracticeNotFound,
  type StalePolicy,
} from '../types/release-types';
import { PracticeDiaryResult, type PracticeDiary } from '../types/practice-diary';
import { practiceDiary, withinRules } from '../views/diary-view';
import { bookingsInClosure, historyEntryView, practiceNotFound, stalePolicy } from '../views/release-view';
import { DEVELOPERS_EN_GB } from '../../../domain/messages/developers.en-gb';

const MAX_HISTORY = 100;

@ArgsType()
class ReleaseHistoryArgs {
  @Field(() => Int, { defaultValue: 20, description: `At most ${MAX_HISTORY}.` })
  first!: number;
}

type Done = Practice | InvalidInput | NotAllowed | PracticeNotFound;

/** Resolves the fields with which practice staff set the rules of their book, and see the results. */
@Resolver(() => Practice)
export class ReleaseResolver {
  constructor(
    private readonly desk: ReleasePolicyService,
    private readonly feed: DirectoryFeed,
    private readonly dispositions: DispositionCatalogue,
    private readonly now: () => Date,
  ) {}

  @ForOwn('PRACTICE_STAFF')
  @Mutation(() => SetReleasePolicyResult, {
    description:
      'For those who manage the practice. Replaces the release rules; the first time is the opt-in. Takes effect at once, on searches, holds and bookings alike. A closed book stays closed.',
  })
  async setReleasePolicy(
    @Arg('input', () => SetReleasePolicyInput) input: SetReleasePolicyInput,
    @Ctx() context: SubgraphContext,
  ): Promise<Done | StalePolicy> {
    const { odsCode, expectedVersion } = input;
    const answer = await this.desk.set(odsCode, expectedVersion, readRules(input), context);
    return answer.kind === 'stale' ? stalePolicy(answer.current) : this.done(answer);
  }

  @ForOwn('PRACTICE_STAFF')
  @Mutation(() => CloseBookResult, {
    description:
      'For everybody who works at the practice. Shuts the book to everybody outside (or to all) until it is reopened: once this is answered nothing more is booked, offers already shown included. With `until`, no appointment that starts in that time is booked any more.',
  })
  async closeBook(
    @Arg('input', () => CloseBookInput) input: CloseBookInput,
    @Ctx() context: SubgraphContext,
  ): Promise<Done | BookingsInClosure> {
    const { odsCode, to, reason, acceptedBookings } = input;
    const isForATime = input.from != null || input.until != null;
    const checked = isForATime ? checkClosure(input, this.now()) : null;
    const faults = { ...reasonFaults(reason), ...(checked?.kind === 'invalid' && checked.faults) };
    if (Object.keys(faults).length > 0) return invalidInput(faults);
    const during =
      checked?.kind === 'closure'
        ? { id: randomUUID(), ...checked.time, acceptedBookings: acceptedBookings ?? 0 }
        : undefined;
    const answer = await this.desk.close(odsCode, { to, reason: reason.trim(), during }, context);
    return answer.kind === 'unconfirmed'
      ? bookingsInClosure(answer.bookings, answer.closure)
      : this.done(answer);
  }

  @ForOwn('PRACTICE_STAFF')
  @Mutation(() => CloseBookResult, {
    description: 'For those who manage the practice. Opens a closed book, or takes one of its closures back.',
  })
  async reopenBook(
    @Arg('input', () => ReopenBookInput) { odsCode, closureId }: ReopenBookInput,
    @Ctx() context: SubgraphContext,
  ): Promise<Done> {
    return this.done(await this.desk.reopen(odsCode, closureId ?? null, context));
  }

  @ForOwn('PRACTICE_STAFF', 'OPERATOR')
  @Directive('@cost(weight: 20)')
  @FieldResolver(() => ReleasePreview, {
    nullable: true,
    description:
      'Slots that a given caller would be offered, and the rules that stop the rest. For staff of the practice, and operators.',
  })
  async releasePreview(
    @Root() { odsCode }: Practice,
    @Arg('input', () => ReleasePreviewInput) input: ReleasePreviewInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ReleasePreview> {
    const wanted = checkPreview(input, this.dispositions, this.now());
    if (wanted.kind === 'invalid') throw badInput(wanted.faults);
    const preview = await this.desk.preview(odsCode, wanted.preview, context);
    if (preview === null) throw forbidden(FOR_STAFF, whyNotLook(context.caller));
    return create(ReleasePreview, preview);
  }

  @ForOwn('PRACTICE_STAFF', 'OPERATOR')
  @Directive('@listSize(slicingArguments: ["first"])')
  @FieldResolver(() => [ReleaseHistoryEntry], {
    nullable: true,
    description:
      'Everything that was done, or refused, with the release rules, latest first. For staff of the practice, and operators.',
  })
  async releaseHistory(
    @Root() { odsCode }: Practice,
    @Args(() => ReleaseHistoryArgs) { first }: ReleaseHistoryArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<ReleaseHistoryEntry[]> {
    if (first < 1 || first > MAX_HISTORY)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_HISTORY }) });
    const history = await this.desk.history(odsCode, first, context);
    if (history === null) throw forbidden(FOR_STAFF, whyNotLook(context.caller));
    return history.map(historyEntryView);
  }

  @ForOwn('PRACTICE_STAFF', 'OPERATOR')
  @Directive('@cost(weight: 50)')
  @FieldResolver(() => PracticeDiaryResult, {
    nullable: true,
    description:
      "Free times of the practice's own book on a day, and the rules that keep each from own and from other patients; by the rules in force, or by rules that are tried and not stored. For staff of the practice, and operators.",
  })
  async diary(
    @Root() { odsCode }: Practice,
    @Arg('input', () => PracticeDiaryInput) input: PracticeDiaryInput,
    @Ctx() context: SubgraphContext,
  ): Promise<PracticeDiary | InvalidInput> {
    const checked = checkDiary(input, this.dispositions, this.now());
    if (checked.kind === 'invalid') return invalidInput(checked.faults);
    const { wanted } = checked;
    const answer = await this.desk.diary(odsCode, wanted, context);
    if (answer === null) throw forbidden(FOR_STAFF, whyNotLook(context.caller));
    return answer.kind === 'invalid'
      ? invalidInput(withinRules(answer.faults))
      : practiceDiary(wanted.day, answer.diary);
  }

  @ForOwn('PRACTICE_STAFF')
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'True where the caller may set the rules of this practice, and reopen its book.',
  })
  callerManages(@Root() { odsCode }: Practice, @Ctx() { caller }: SubgraphContext): boolean {
    return manages(caller, OdsCode.parse(odsCode));
  }

  private done(answer: DeskAnswer): Done {
    switch (answer.kind) {
      case 'done':
        return create(Practice, practiceView(answer.practice, this.feed.current()));
      case 'not-found':
        return practiceNotFound();
      case 'not-allowed':
        return notAllowedResult(answer.why);
      case 'invalid':
        return invalidInput(answer.faults);
      case 'stale':
        throw new Error('Only setting rules names a version.');
      case 'unconfirmed':
        throw new Error('Only closing for a time is confirmed.');
    }
  }
}

const FOR_STAFF = DEVELOPERS_EN_GB.FORBIDDEN.CALLER({ allowed: 'staff of this practice' });

function notAllowedResult(why: DeskRefusal): NotAllowed {
  return why === 'ROLE_NOT_ALLOWED' ? roleNotAllowed('staff of practices') : notAllowed(why);
}
