import type { AppointmentMode } from '../../../domain/appointment-mode';
import { londonDate } from '../../../domain/london-time';
import {
  RELEASE_RULES,
  rulesStoppingPractice,
  rulesStoppingSlot,
  type Need,
  type PracticeRelation,
  type ReleasePolicy,
} from '../../../domain/release-policy';
import type { SupplierConnection } from '../practice-defaults';

export const PREVIEW_RULES = [...RELEASE_RULES, 'NOT_CONNECTED'] as const;
export type PreviewRule = (typeof PREVIEW_RULES)[number];

export interface PreviewFor {
  need: Need;
  /** Null: any that the practice has released. */
  mode: AppointmentMode | null;
  slotType: string | null;
  from: Date;
  to: Date;
}

export interface ReleasePreview {
  /** True when any start between the two moments would be offered, if the practice's book had a slot there. */
  offered: boolean;
  /** Rules that stop the rest, or everything when nothing is offered, in the order of the rules. */
  stoppedBy: PreviewRule[];
}

const MINUTE = 60_000;
const STEP_MS = 15 * MINUTE;

/** Asks the rules themselves, start by start, so that a preview cannot disagree with a search. */
export function releasePreview(
  policy: ReleasePolicy,
  connections: readonly SupplierConnection[],
  wanted: PreviewFor,
  { now, othersBooked }: { now: Date; othersBooked: readonly Date[] },
): ReleasePreview {
  const { need } = wanted;
  const stopping = new Set<PreviewRule>(rulesStoppingPractice(policy, need));
  const connected = isConnected(connections, need.relation);
  if (!connected) stopping.add('NOT_CONNECTED');
  let offered = false;
  const byDay = startsByDay(othersBooked);
  for (const startsAt of starts(policy, wanted, now))
    for (const mode of wanted.mode === null ? policy.modes : [wanted.mode]) {
      const slot = { mode, slotType: wanted.slotType ?? policy.slotTypes[0] ?? '', startsAt };
      const others = byDay.get(londonDate(startsAt)) ?? [];
      const rules = rulesStoppingSlot(policy, need, slot, { now, othersThatDay: others });
      for (const rule of rules) stopping.add(rule);
      if (connected && rules.length === 0) offered = true;
    }
  return { offered, stoppedBy: PREVIEW_RULES.filter((rule) => stopping.has(rule)) };
}

/** A quarter of an hour apart, and each moment at which a rule begins or ceases to stop. */
function starts(policy: ReleasePolicy, { from, to }: PreviewFor, now: Date): Date[] {
  const edges = [policy.minimumNoticeMinutes, policy.takeBackMinutes, policy.horizonDays * 24 * 60]
    .map((minutes) => now.getTime() + minutes * MINUTE)
    .filter((edge) => edge > from.getTime() && edge < to.getTime());
  const count = Math.floor((to.getTime() - from.getTime()) / STEP_MS) + 1;
  const steps = Array.from({ length: count }, (_, step) => from.getTime() + step * STEP_MS);
  return [...new Set([...steps, ...edges, to.getTime()])].map((moment) => new Date(moment));
}

function isConnected(connections: readonly SupplierConnection[], relation: PracticeRelation): boolean {
  return connections.some(({ route }) => relation === 'OWN' || route === 'NETWORK');
}

function startsByDay(starts: readonly Date[]): Map<string, Date[]> {
  const byDay = new Map<string, Date[]>();
  for (const start of starts) {
    const day = londonDate(start);
    byDay.set(day, [...(byDay.get(day) ?? []), start]);
  }
  return byDay;
}
