import { Args, ArgsType, Directive, Field, Float, Int, Query, Resolver } from 'type-graphql';
import type { PlaceLookup } from '../../../domain/place-lookup';
import { create } from '../../../platform/graphql/create';
import { invalidInput, problem, type InvalidInput } from '../../../platform/graphql/problem';
import type { DirectoryFeed } from '../directory/directory-feed';
import { nearPage } from '../near/near-page';
import {
  PlaceInput,
  PostcodeNotFound,
  PracticesNearResult,
  type PracticeNearConnection,
} from '../types/practices-near';
import { MAX_FIRST, MAX_MILES, readNearQuery } from '../near/near-query';

@ArgsType()
class PracticesNearArgs {
  @Field(() => PlaceInput)
  near!: PlaceInput;

  @Field(() => Float, { defaultValue: 10, description: `At most ${MAX_MILES}.` })
  withinMiles!: number;

  @Field(() => Int, { defaultValue: 20, description: `At most ${MAX_FIRST}.` })
  first!: number;

  @Field(() => String, { nullable: true })
  after?: string | null;
}

@Resolver()
export class PracticesNearResolver {
  constructor(
    private readonly feed: DirectoryFeed,
    private readonly places: PlaceLookup,
  ) {}

  @Directive('@cost(weight: 20)')
  @Directive('@tag(name: "public")')
  @Query(() => PracticesNearResult, {
    description: 'Practices near a place, nearest first, whether or not they release appointments.',
  })
  async practicesNear(
    @Args(() => PracticesNearArgs) args: PracticesNearArgs,
  ): Promise<PracticeNearConnection | PostcodeNotFound | InvalidInput> {
    const query = await readNearQuery(args, this.places);
    switch (query.kind) {
      case 'invalid':
        return invalidInput(query.faults);
      case 'unknown-postcode':
        return postcodeNotFound();
      case 'query':
        return nearPage(this.feed.current(), query);
    }
  }
}

/** An outward code that is known answers with its centre, so here neither half is. */
function postcodeNotFound(): PostcodeNotFound {
  return create(PostcodeNotFound, {
    ...problem('POSTCODE_NOT_FOUND', {}),
    outwardCodeKnown: false,
  });
}
