import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../kit/api';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import type { SymptomCheck, TriageSwitch } from '../answers';
import { consoleData, operatorOf, showMessage, type OperatorSite } from '../console';

const HERE = '/operator/symptom-checks';
/** Address and name for all of them; no symptom check has this id. */
const ALL = 'all';
const MAX_REASON = 500;

type Checked = { Params: { check: string } };

/** A symptom check, or all of them, and whether it is in use. */
interface Switchable {
  id: string;
  title: string;
  off: boolean;
  reason?: string | undefined;
  changedAt?: string | undefined;
}

/** The kill switches: a reason first, and then the same again with what will happen. */
export function registerSwitchPages(app: FastifyInstance, site: OperatorSite): void {
  app.get(HERE, async (request, reply) => {
    const switches = await readSwitches(site, operatorOf(site, request));
    return site.render(reply, 'operator/switches', { title: 'Symptom checks', ...switches });
  });
  app.get<Checked>(`${HERE}/:check`, (request, reply) => showReason(site, request, reply));
  app.post<Checked>(`${HERE}/:check`, { config: { returnTo: HERE } }, (request, reply) => {
    const reason = fieldsOf(request).one('reason');
    remember(request, request.params.check, reason);
    const text = faultOf(reason);
    if (text !== null) return showReason(site, request, reply, [{ field: 'reason', text }]);
    return reply.redirect(`${HERE}/${encodeURIComponent(request.params.check)}/check`, 303);
  });
  app.get<Checked>(`${HERE}/:check/check`, async (request, reply) => {
    const found = await findSwitch(site, request);
    const reason = consoleData.of(request).reasons?.[request.params.check] ?? '';
    if (found === undefined) return reply.redirect(HERE, 303);
    if (faultOf(reason) !== null) return reply.redirect(`${HERE}/${found.id}`, 303);
    return site.render(reply, 'operator/switch-check', {
      title: `Check before you switch ${nameIn(found)} ${found.off ? 'on' : 'off'}`,
      one: found,
      name: nameIn(found),
      reason,
      isAll: found.id === ALL,
    });
  });
  app.post<Checked>(`${HERE}/:check/switch`, { config: { returnTo: HERE } }, (request, reply) =>
    change(site, request, reply),
  );
}

async function readSwitches(site: OperatorSite, caller: Caller) {
  const switches = await site.operator.triageSwitches(caller);
  const { pathways, contentBanner } = await site.operator.symptomChecks(caller);
  const state = (id: string | null) => switches.find(({ pathwayId }) => pathwayId === id);
  return {
    all: switchable({ id: ALL, title: 'All symptom checks' }, state(null)),
    banner: contentBanner,
    checks: pathways
      .map((check) => switchable(check, state(check.id)))
      .sort((one, other) => one.title.localeCompare(other.title, 'en-GB')),
  };
}

function switchable({ id, title }: SymptomCheck, state: TriageSwitch | undefined): Switchable {
  return { id, title, off: state?.off ?? false, reason: state?.reason, changedAt: state?.changedAt };
}

async function findSwitch(
  site: OperatorSite,
  request: FastifyRequest<Checked>,
): Promise<Switchable | undefined> {
  const { all, checks } = await readSwitches(site, operatorOf(site, request));
  return [all, ...checks].find(({ id }) => id === request.params.check);
}

const nameIn = ({ id, title }: Switchable) => (id === ALL ? 'all symptom checks' : `“${title}”`);

function faultOf(reason: string): string | null {
  if (reason === '') return 'Enter a reason';
  return reason.length > MAX_REASON ? `Reason must be ${MAX_REASON} characters or fewer` : null;
}

/** Bounded: the reasons of one session for as many symptom checks as there are. */
function remember(request: FastifyRequest, check: string, reason: string): void {
  const data = consoleData.of(request);
  data.reasons = { [check]: reason.slice(0, 2 * MAX_REASON) };
}

async function showReason(
  site: OperatorSite,
  request: FastifyRequest<Checked>,
  reply: FastifyReply,
  errors?: FormError[],
) {
  const found = await findSwitch(site, request);
  if (found === undefined) return reply.redirect(HERE, 303);
  return site.render(reply, 'operator/switch', {
    title: `Switch ${nameIn(found)} ${found.off ? 'on' : 'off'}`,
    one: found,
    isAll: found.id === ALL,
    reason: consoleData.of(request).reasons?.[found.id] ?? '',
    maxReason: MAX_REASON,
    errors,
  });
}

/** The form names what was shown, so that a second tab cannot turn it into its opposite. */
const Form = z.object({
  reason: z.string().min(1).max(MAX_REASON),
  to: z.enum(['off', 'on']),
});

async function change(site: OperatorSite, request: FastifyRequest<Checked>, reply: FastifyReply) {
  const { one } = fieldsOf(request);
  const form = Form.safeParse({ reason: one('reason'), to: one('to') }).data;
  const found = await findSwitch(site, request);
  if (form === undefined || found === undefined) return reply.redirect(HERE, 303);
  const off = form.to === 'off';
  const switched = await site.operator.switchCheck(operatorOf(site, request), {
    pathwayId: found.id === ALL ? null : found.id,
    off,
    reason: form.reason,
  });
  if (!switched.ok)
    return showMessage(site, reply, {
      title: 'Nothing was switched',
      paragraphs: [switched.problem.message ?? 'The service did not take this.'],
      next: { href: HERE, text: 'Go back to the symptom checks' },
    });
  const data = consoleData.of(request);
  data.reasons = undefined;
  const name = nameIn(found);
  data.done = {
    title: `${name.charAt(0).toUpperCase()}${name.slice(1)} ${found.id === ALL ? 'are' : 'is'} switched ${form.to}`,
    text: off
      ? 'Everybody who uses it is told to call 111 instead, from now on.'
      : 'People can use it again, from now on.',
  };
  return reply.redirect(HERE, 303);
}
