import { Args, Directive, Query, Resolver } from 'type-graphql';
import type { Content } from '../content/content';
import type { FindPathways } from '../content/find-pathways';
import type { Switches } from '../switches/switches';
import { Disposition } from '../types/disposition';
import { FindPathwaysArgs, FindPathwaysResult } from '../types/find-pathways';
import { dispositionView } from '../views/catalogue-view';
import { findPathwaysView } from '../views/find-pathways-view';

@Resolver()
export class CatalogueResolver {
  constructor(
    private readonly content: Content,
    private readonly find: FindPathways,
    private readonly switches: Pick<Switches, 'read'>,
    private readonly now: () => Date,
  ) {}

  @Directive('@tag(name: "public")')
  @Directive('@cost(weight: 40)')
  @Query(() => FindPathwaysResult, {
    description:
      'Pathways for everyday words and this person. Words that name a danger are answered with help instead, and words that no pathway is for with 111. Blank words find every pathway.',
  })
  async findPathways(
    @Args(() => FindPathwaysArgs) args: FindPathwaysArgs,
  ): Promise<typeof FindPathwaysResult> {
    const answer = this.find(args, this.now());
    const off = await this.switches.read();
    return findPathwaysView(this.content, answer, off);
  }

  @Directive('@tag(name: "public")')
  @Directive('@listSize(assumedSize: 40)')
  @Query(() => [Disposition], { description: 'Most urgent first.' })
  dispositions(): Disposition[] {
    return [...this.content.dispositions.values()]
      .sort((one, other) => one.urgencyRank - other.urgencyRank)
      .map((disposition) => dispositionView(this.content, disposition));
  }
}
