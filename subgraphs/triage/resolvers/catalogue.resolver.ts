import { Args, Directive, Query, Resolver } from 'type-graphql';
import type { Content } from '../content/content';
import type { FindPathways } from '../content/find-pathways';
import type { Switches } from '../switches/switches';
import { Disposition } from '../types/disposition';
import { Pathway, PathwaysArgs } from '../types/pathway';
import { dispositionView, pathwayView } from '../views/catalogue-view';

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
  @Directive('@listSize(slicingArguments: ["first"])')
  @Query(() => [Pathway], {
    description:
      'Pathways for this person whose title or entry terms match; every pathway when no text is given.',
  })
  async pathways(@Args(() => PathwaysArgs) args: PathwaysArgs): Promise<Pathway[]> {
    const found = this.find(args, this.now());
    const off = await this.switches.read();
    return found.map((pathway) => pathwayView(this.content, pathway, off.has(pathway.id)));
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
