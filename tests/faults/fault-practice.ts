import { readWallClock, wallClock } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { ReleasePolicy } from '../../domain/release-policy';
import type { SlotName } from './history';
import type { FaultedSupplier, World } from './fault-world';

const HOUR = 60 * 60_000;
/** The one session in which no two slots begin together. */
export const SLOT_TYPE = '111 urgent';
/** Slots lie between these, from now: later than the moment at which a doubtful booking needs a person. */
export const FIRST_START_MS = 2 * HOUR;
export const LAST_START_MS = 8 * HOUR;

/** Everything is released, of one session. */
export const POLICY: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
  dispositionIds: ['gp-6h'],
  slotTypes: [SLOT_TYPE],
  ageInMonths: null,
  dailyQuota: null,
  takeBackMinutes: 0,
  minimumNoticeMinutes: 0,
  horizonDays: 14,
  cancelCutOffMinutes: 0,
  closures: [],
};

/** People from elsewhere whom a practice with a quota takes in a day. */
export const QUOTA = 2;

/** Practices with a quota have codes that begin with Q. */
export function policyOf(practice: string): ReleasePolicy {
  return practice.startsWith('Q') ? { ...POLICY, dailyQuota: QUOTA } : POLICY;
}

/** A practice and the supplier that it is reached by. */
export interface Practice {
  code: OdsCode;
  supplier: FaultedSupplier;
}

/** A practice with so many free slots; the desk has taken all others. */
export function openPractice(
  world: World,
  supplier: FaultedSupplier,
  slots: number,
  { overlaps = false, hasQuota = false } = {},
): Practice {
  const code = world.newPractice(hasQuota ? 'Q' : 'T');
  const { diary } = world.simulators;
  const [from, to] = window(world);
  diary.configure(code, { overlaps });
  diary.deskTakes(code, new Date(world.now().getTime() - HOUR), new Date(to.getTime() + 2 * HOUR));
  const all = diary.slots(code, from, to).filter(({ slot }) => slot.slotType === SLOT_TYPE);
  // Spread over the whole time, so that on the night of a clock change some are before and some after it.
  const step = Math.max(1, Math.floor(all.length / Math.max(1, slots)));
  const wanted = all.filter((_, index) => index % step === 0).slice(0, slots);
  for (const { slot } of wanted) diary.deskFrees(code, slot.startsAt, slot.endsAt, SLOT_TYPE);
  return { code, supplier };
}

/**
 * Returns the free slots of the practice's diary that its system can name: those that tell local times without an
 * offset cannot, in the hour that comes twice.
 */
export function freeSlots(world: World, { code, supplier }: Practice): SlotName[] {
  const [from, to] = window(world);
  return world.simulators.diary
    .slots(code, from, new Date(to.getTime() + HOUR))
    .filter(({ slot, state }) => state === 'FREE' && slot.slotType === SLOT_TYPE)
    .filter(({ slot }) => supplier === 'gp-connect' || [slot.startsAt, slot.endsAt].every(comesOnce))
    .map(({ slot }) => ({ practice: code, startsAt: slot.startsAt.getTime() }));
}

function comesOnce(instant: Date): boolean {
  return readWallClock(wallClock(instant)).kind === 'instant';
}

export function window(world: World): [Date, Date] {
  const now = world.now().getTime();
  return [new Date(now + FIRST_START_MS), new Date(now + LAST_START_MS)];
}
