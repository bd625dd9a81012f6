import { Arg, Ctx, Directive, Mutation, Query, Resolver } from 'type-graphql';
import { callerOf, ForKinds } from '../../../platform/graphql/access-directive';
import { invalidInput } from '../../../platform/graphql/problem';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { Content } from '../content/content';
import { switchFaults } from '../switches/switch-request';
import type { Switches } from '../switches/switches';
import { SwitchTriageInput, SwitchTriageResult, TriageSwitch } from '../types/triage-switch';
import { switchesView, switchView } from '../views/result-view';

/** The kill switches, for operators. */
@Resolver()
export class SwitchResolver {
  constructor(
    private readonly content: Content,
    private readonly switches: Switches,
  ) {}

  @ForKinds('OPERATOR')
  @Directive('@tag(name: "operator")')
  @Directive('@listSize(assumedSize: 20)')
  @Query(() => [TriageSwitch], { description: 'Changes of the kill switches, with their reasons.' })
  async triageSwitches(): Promise<TriageSwitch[]> {
    return (await this.switches.list()).map(switchView);
  }

  @ForKinds('OPERATOR')
  @Directive('@tag(name: "operator")')
  @Mutation(() => SwitchTriageResult, {
    description:
      'Switches a symptom check, or all of them, off or on. Everybody is told to call 111 instead, from the next request on, in every process.',
  })
  async setPathwayAvailability(
    @Arg('input', () => SwitchTriageInput) input: SwitchTriageInput,
    @Ctx() context: SubgraphContext,
  ): Promise<typeof SwitchTriageResult> {
    const faults = switchFaults(input, this.content);
    if (faults) return invalidInput(faults);
    const { pathwayId = null, off, reason } = input;
    await this.switches.set({ pathwayId, off, reason, by: callerOf(context, 'operator').id });
    return switchesView(await this.switches.list());
  }
}
