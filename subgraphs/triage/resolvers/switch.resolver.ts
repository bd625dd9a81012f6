import { Arg, Ctx, Directive, Mutation, Query, Resolver } from 'type-graphql';
import { invalidInput, notAllowed } from '../../problem';
import { forbidden } from '../../refused';
import type { SubgraphContext } from '../../subgraph-context';
import type { Content } from '../content/content';
import { switchFaults } from '../switch-request';
import type { Switches } from '../switches';
import { SwitchTriageInput, SwitchTriageResult, TriageSwitch } from '../types/triage-switch';
import { switchesView, switchView } from '../views/result-view';

/** The kill switches, for operators. */
@Resolver()
export class SwitchResolver {
  constructor(
    private readonly content: Content,
    private readonly switches: Switches,
  ) {}

  @Directive('@tag(name: "operator")')
  @Directive('@listSize(assumedSize: 20)')
  @Query(() => [TriageSwitch], { description: 'What was switched off or on, and why. For operators.' })
  async triageSwitches(@Ctx() { caller }: SubgraphContext): Promise<TriageSwitch[]> {
    if (caller.kind !== 'operator') throw forbidden('For operators.');
    return (await this.switches.list()).map(switchView);
  }

  @Directive('@tag(name: "operator")')
  @Mutation(() => SwitchTriageResult, {
    description:
      'Switches a symptom check, or all of them, off or on. Everybody is told to call 111 instead, from the next request on, in every process. For operators.',
  })
  async switchTriage(
    @Arg('input', () => SwitchTriageInput) input: SwitchTriageInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<typeof SwitchTriageResult> {
    if (caller.kind !== 'operator') return notAllowed('Only operators switch triage off or on.');
    const faults = switchFaults(input, this.content);
    if (faults) return invalidInput(faults);
    const { pathwayId = null, off, reason } = input;
    await this.switches.set({ pathwayId, off, reason, by: caller.id });
    return switchesView(await this.switches.list());
  }
}
