import {
  relationsServed,
  type CataloguedDisposition,
  type DispositionCatalogue,
} from '../../../domain/disposition-catalogue';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { PracticeRelation, SlotKind } from '../../../domain/release-policy';
import type { SoundRules } from './release-check';

/** Facts that rules are compared with. */
export interface RulesContext {
  dispositions: DispositionCatalogue;
  /** Kinds of slots that the practice's book has had, as far as anybody has seen. */
  kinds: readonly SlotKind[];
  /** They were seen by each route to the book: there are no others. */
  isWhole: boolean;
  /** The book's supplier did not answer: slot types that nobody has seen cannot be judged. */
  isUnread: boolean;
  /** Slot types that the practice releases already; these were judged before. */
  released: readonly string[];
  now: Date;
}

const DAY_MINUTES = 24 * 60;

/** Faults that no field has by itself: words that mean nothing here, and rules that leave nothing beside each other. */
export function senseFaults(rules: SoundRules, context: RulesContext): FieldFaults {
  return {
    ...audienceFaults(rules),
    ...timeFaults(rules, context),
    ...dispositionFaults(rules, context),
    ...slotTypeFaults(rules, context),
    ...ageFaults(rules),
  };
}

function ageFaults({ minAgeMonths, maxAgeMonths }: SoundRules): FieldFaults {
  return minAgeMonths != null && maxAgeMonths != null && minAgeMonths > maxAgeMonths
    ? { 'input.maxAgeMonths': fieldFault('RANGE_REVERSED', {}) }
    : {};
}

function audienceFaults({ ownPatients, otherPatients, dailyQuota }: SoundRules): FieldFaults {
  if (ownPatients !== false) return {};
  if (otherPatients === false) return { 'input.otherPatients': leavesNothing('ownPatients') };
  return dailyQuota === 0 ? { 'input.dailyQuota': leavesNothing('ownPatients') } : {};
}

/** The longest time from now to a start on the last day that is released: asked at midnight. */
function timeFaults(rules: SoundRules, { dispositions, now }: RulesContext): FieldFaults {
  const { horizonDays, minimumNoticeMinutes: notice, takeBackMinutes: takeBack, otherPatients } = rules;
  const faults: FieldFaults = {};
  const longest = horizonDays === undefined ? Infinity : (horizonDays + 1) * DAY_MINUTES;
  if (otherPatients !== false && takeBack !== undefined && takeBack >= longest)
    faults['input.takeBackMinutes'] = leavesNothing('horizonDays');
  if (notice !== undefined && notice >= longest)
    faults['input.minimumNoticeMinutes'] = leavesNothing('horizonDays');
  else if (isTooLate(rules, known(rules, dispositions), now))
    faults['input.minimumNoticeMinutes'] = leavesNothing('dispositionIds');
  return faults;
}

/** True when notice and take-back are over only after every disposition's own time. */
function isTooLate(rules: SoundRules, dispositions: readonly CataloguedDisposition[], now: Date): boolean {
  const { minimumNoticeMinutes: notice = 0, takeBackMinutes: takeBack = 0 } = rules;
  const isServed = ({ bookable, deadlineFrom }: CataloguedDisposition, relation: PracticeRelation) => {
    const deadline = deadlineFrom(now);
    const minutes = deadline === null ? Infinity : (deadline.getTime() - now.getTime()) / 60_000;
    const ahead = relation === 'OTHER' ? Math.max(notice, takeBack) : notice;
    return relationsServed(bookable).includes(relation) && ahead < minutes;
  };
  const bookable = dispositions.filter(({ bookable: scope }) => scope !== 'NONE');
  const served = bookable.filter((one) => audienceOf(rules).some((relation) => isServed(one, relation)));
  const inScope = bookable.filter((one) => isInScope(one, rules));
  return inScope.length > 0 && served.length === 0;
}

function dispositionFaults(rules: SoundRules, { dispositions }: RulesContext): FieldFaults {
  const { dispositionIds = [], modes } = rules;
  const faults: FieldFaults = {};
  for (const [index, id] of dispositionIds.entries()) {
    const path = `input.dispositionIds.${index}`;
    const disposition = dispositions.get(id);
    if (disposition === undefined) faults[path] = fieldFault('UNKNOWN_DISPOSITION', {});
    else if (disposition.bookable === 'NONE') faults[path] = fieldFault('NEVER_BOOKED', {});
    else if (!isInScope(disposition, rules)) faults[path] = leavesNothing('ownPatients');
    else if (modes !== undefined && !disposition.modes.some((mode) => modes.includes(mode)))
      faults[path] = fieldFault('MODE_NOT_RELEASED', { modes: disposition.modes });
  }
  return faults;
}

/** Own patients may see more of a book than can be looked up: until it was seen as a whole, only what is a slip for certain is refused. */
function slotTypeFaults(
  rules: SoundRules,
  { kinds, isWhole, isUnread, released }: RulesContext,
): FieldFaults {
  const { slotTypes = [], modes } = rules;
  const names = [...new Set([...kinds.map(({ slotType }) => slotType), ...released])];
  const faults: FieldFaults = {};
  for (const [index, slotType] of slotTypes.entries()) {
    const path = `input.slotTypes.${index}`;
    if (names.includes(slotType)) continue;
    if (isWhole || names.some((name) => isSlipOf(name, slotType)))
      faults[path] = fieldFault('UNKNOWN_SLOT_TYPE', { known: names });
    else if (isUnread) faults[path] = fieldFault('BOOK_NOT_READ', {});
  }
  if (!isWhole || modes === undefined || Object.keys(faults).length > 0) return faults;
  const ofTypes = kinds.filter(({ slotType }) => slotTypes.includes(slotType));
  return ofTypes.length > 0 && !ofTypes.some(({ mode }) => modes.includes(mode))
    ? { 'input.modes': leavesNothing('slotTypes') }
    : {};
}

/** The same letters and digits, whatever is between them and whatever their case. */
function isSlipOf(name: string, slotType: string): boolean {
  const bare = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return bare(name) === bare(slotType);
}

function isInScope({ bookable }: CataloguedDisposition, rules: SoundRules): boolean {
  return relationsServed(bookable).some((relation) => audienceOf(rules).includes(relation));
}

/** Takes as released what is not known, and what is at fault itself. */
function audienceOf({ ownPatients, otherPatients }: SoundRules): PracticeRelation[] {
  if (ownPatients === false && otherPatients === false) return ['OWN', 'OTHER'];
  return [
    ...(ownPatients === false ? [] : (['OWN'] as const)),
    ...(otherPatients === false ? [] : (['OTHER'] as const)),
  ];
}

function known(
  { dispositionIds = [] }: SoundRules,
  dispositions: DispositionCatalogue,
): CataloguedDisposition[] {
  return dispositionIds.flatMap((id) => dispositions.get(id) ?? []);
}

function leavesNothing(beside: string) {
  return fieldFault('LEAVES_NOTHING', { beside });
}
