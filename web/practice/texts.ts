import type { Closure, Disposition, HistoryEntry, Release, Rules } from './answers';
import { timeOf, untilText } from '../kit/texts';

/** Words of the practice's pages. */
const MODES: Readonly<Record<string, string>> = {
  IN_PERSON: 'face to face',
  TELEPHONE: 'phone call',
  VIDEO: 'video call',
};
export const MODE_CHOICES = ['IN_PERSON', 'TELEPHONE', 'VIDEO'] as const;

export function modeWords(mode: string): string {
  return MODES[mode] ?? mode;
}

const RULES: Readonly<Record<string, string>> = {
  NOT_OPTED_IN: 'your practice has not opened its book',
  BOOK_CLOSED: 'your book is closed then',
  OWN_PATIENTS_OFF: 'your rules leave out your own patients',
  OTHER_PATIENTS_OFF: 'your rules leave out other practices’ patients',
  MODE: 'your rules, or the need, leave out this way of being seen',
  AGE: 'your rules leave out this age',
  DISPOSITION: 'your rules leave out this need',
  SLOT_TYPE: 'your rules leave out this kind of slot',
  DAILY_QUOTA: 'the day’s share for other practices’ patients is used up by then',
  TAKEN_BACK: 'it is so soon that it is yours again',
  MINIMUM_NOTICE: 'it is sooner than the notice you want',
  HORIZON: 'it is further ahead than you release',
  DEADLINE: 'it is later than the patient needs',
  NOT_BOOKABLE: 'this need is booked at the patient’s own practice alone',
  NOT_CONNECTED: 'they do not reach your system',
};

/** The reason for which a rule stops a time. A rule that is newer than these pages is named by its code. */
export function ruleWords(rule: string): string {
  return RULES[rule] ?? `of a rule that these pages do not know (${rule})`;
}

/** Ends the sentence "Not offered: …". */
export function reasonWords(rules: readonly string[]): string {
  return rules.map(ruleWords).join('; ');
}

const STATUSES: Readonly<Record<string, string>> = {
  CONFIRMED: 'Booked',
  CHECKING: 'Being checked with your system',
  NEEDS_ATTENTION: 'We could not find out: somebody will phone you',
  MOVED_BY_PRACTICE: 'Moved by the practice',
  CANCELLED: 'Cancelled by the patient',
  CANCELLED_BY_PRACTICE: 'Cancelled by the practice',
  FAILED: 'Not booked',
  CANCELLING: 'Being cancelled',
};

export function bookingWords(status: string): string {
  return STATUSES[status] ?? status;
}

const ELSEWHERE: Readonly<Record<string, string>> = {
  OWN_PRACTICE_TIMES_DO_NOT_SUIT: 'They said that your times did not suit them',
  AWAY_FROM_HOME: 'They said that they were away from home',
  NOT_REGISTERED: 'They said that they were not registered with you',
  NO_OWN_PRACTICE_KNOWN: 'Their own practice was not known then',
  OWN_PRACTICE_NOT_SEARCHED: 'Your book was not searched',
  OWN_PRACTICE_HAD_SLOTS: 'You had times, and they chose another practice',
  NO_SLOTS_IN_TIME: 'You had no time that was soon enough',
  TIMES_HELD_BY_OTHERS: 'Your times were being booked by others',
  NOT_RELEASED: 'You had not released times for them',
  BOOK_CLOSED: 'Your book was closed',
  ACCESS_NEED_NOT_MET: 'You do not meet an access need of theirs',
  ACCESS_NOT_KNOWN: 'It is not known whether you meet an access need of theirs',
  NOT_CONNECTED: 'Your system is not connected',
  SIGN_IN_REQUIRED: 'They had not signed in, which your times need',
  SUPPLIER_TIMED_OUT: 'Your system did not answer in time',
  SUPPLIER_FAILED: 'Your system could not be reached',
  NOTHING_AT_OWN_PRACTICE: 'You had no time for them that was soon enough and released',
};

export function elsewhereWords(reason: string): string {
  return ELSEWHERE[reason] ?? reason;
}

export function audienceWords(to: string | null): string {
  return to === 'OTHER_PATIENTS' ? 'other practices’ patients' : 'everybody';
}

/** A sentence about the book as a whole. */
export function statusWords({ status, closedTo }: Pick<Release, 'status' | 'closedTo'>): string {
  if (status === 'NOT_OPTED_IN')
    return 'Your practice has not opened its book. Nothing is offered to anybody.';
  if (status === 'OPEN') return 'Your book is open.';
  return `Your book is closed to ${audienceWords(closedTo)}. Nothing more is booked for them.`;
}

export function closureWords({ from, until, to }: Omit<Closure, 'id'>): string {
  return `${untilText(from)} to ${untilText(until)}, to ${audienceWords(to)}`;
}

/** `5`, or `18 months` where it is not in whole years. */
export function ageWords(months: number): string {
  return months % 12 === 0 ? String(months / 12) : `${months} months`;
}

function agesWords(ages: Rules['ageInMonths']): string {
  if (ages === null) return 'Every age';
  const unit = (months: number) => (months % 12 === 0 ? `${months / 12} years` : `${months} months`);
  if (ages.below === null) return `From ${unit(ages.from)}`;
  return ages.from === 0
    ? `Under ${unit(ages.below)}`
    : `From ${unit(ages.from)} to under ${unit(ages.below)}`;
}

function minutesWords(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [
    ...(hours === 0 ? [] : [`${hours} ${hours === 1 ? 'hour' : 'hours'}`]),
    ...(rest === 0 && hours > 0 ? [] : [`${rest} ${rest === 1 ? 'minute' : 'minutes'}`]),
  ];
  return parts.join(' ');
}

function audiencesWords({ ownPatients, otherPatients }: Rules): string {
  if (ownPatients && otherPatients) return 'Your own patients and other practices’ patients';
  if (ownPatients) return 'Your own patients only';
  return otherPatients ? 'Other practices’ patients only' : 'Nobody';
}

export interface RuleRow {
  key: string;
  /** Several where the rule is a list, of which the order says nothing. */
  values: readonly string[];
}

/** The rules as a list of questions and answers. */
export function rulesRows(rules: Rules, dispositions: readonly Disposition[]): RuleRow[] {
  const { dailyQuota: quota, horizonDays } = rules;
  const titleOf = (id: string) => dispositions.find((one) => one.id === id)?.title ?? id;
  const one = (key: string, value: string): RuleRow => ({ key, values: [value] });
  return [
    one('For whom', audiencesWords(rules)),
    { key: 'Ways of being seen', values: rules.modes.map(modeWords).map(capitalised) },
    { key: 'Kinds of slots', values: rules.slotTypes },
    { key: 'Needs', values: rules.dispositionIds.map(titleOf) },
    one('Ages', agesWords(rules.ageInMonths)),
    one('For other practices’ patients', quota === null ? 'No limit a day' : `At most ${quota} a day`),
    one('Days ahead', horizonDays === 0 ? 'Today only' : String(horizonDays)),
    one('Notice', minutesWords(rules.minimumNoticeMinutes)),
    one('Unused slots are yours again', `${minutesWords(rules.takeBackMinutes)} before they start`),
    one('Patients can cancel online until', `${minutesWords(rules.cancelCutOffMinutes)} before`),
  ];
}

export function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function rowChanges({ key, values }: RuleRow, before: readonly string[]): string[] {
  const added = values.filter((value) => !before.includes(value));
  const removed = before.filter((value) => !values.includes(value));
  if (added.length === 0 && removed.length === 0) return [];
  if (values.length === 1 && before.length === 1)
    return [`${key}: ${values.join()} (before: ${before.join()})`];
  return [
    ...(added.length === 0 ? [] : [`${key}, added: ${added.join('; ')}`]),
    ...(removed.length === 0 ? [] : [`${key}, taken out: ${removed.join('; ')}`]),
  ];
}

/** Sentences about what differs between two states of the rules. */
export function changesWords(
  before: Release,
  after: Release,
  dispositions: readonly Disposition[],
): string[] {
  const earlier = rulesRows(before, dispositions);
  const changes = rulesRows(after, dispositions).flatMap((row, at) =>
    rowChanges(row, earlier[at]?.values ?? []),
  );
  const isSame = (one: Closure, other: Closure) => one.id === other.id;
  const added = after.closures.filter((one) => !before.closures.some((other) => isSame(one, other)));
  const removed = before.closures.filter((one) => !after.closures.some((other) => isSame(one, other)));
  return [
    ...(before.status === after.status && before.closedTo === after.closedTo ? [] : [statusWords(after)]),
    ...changes,
    ...added.map((closure) => `Closed for a time: ${closureWords(closure)}`),
    ...removed.map((closure) => `No longer closed: ${closureWords(closure)}`),
  ];
}

const ACTIONS: Readonly<Record<string, string>> = {
  SET: 'Rules set',
  CLOSE: 'Book closed',
  REOPEN: 'Book opened again',
  VIEW: 'Somebody tried to look at your book',
};
const OUTCOMES: Readonly<Record<string, string>> = {
  DONE: 'Done',
  UNCHANGED: 'It was so already',
  REFUSED: 'Refused',
  STALE: 'Not done: somebody else had changed the rules',
};
const ROLES: Readonly<Record<string, string>> = {
  R8000: 'a clinician',
  R8008: 'a manager',
};

/** A change's heading. */
export function actionWords({
  action,
  outcome,
  before,
  after,
}: Pick<HistoryEntry, 'action' | 'outcome' | 'before' | 'after'>): string {
  if (before !== null && after !== null && before.closures.length !== after.closures.length) {
    if (action === 'CLOSE') return 'Closure added: done';
    if (action === 'REOPEN') return 'Closure taken back: done';
  }
  return `${ACTIONS[action] ?? action}: ${(OUTCOMES[outcome] ?? outcome).toLowerCase()}`;
}

/** Says who did it: by role and organisation, and a pseudonym that is the same for the same person. */
export function actorWords(
  { by, role, organisation, outcome }: Pick<HistoryEntry, 'by' | 'role' | 'organisation' | 'outcome'>,
  odsCode: string,
): string {
  if (by === null) return outcome === 'REFUSED' ? 'somebody who had not signed in' : 'this service';
  const code = role?.split(':').at(-1) ?? '';
  const words = role === null ? 'somebody who is not practice staff' : (ROLES[code] ?? `role ${code}`);
  const where = organisation === null || organisation === odsCode ? '' : ` of ${organisation}`;
  return `${words}${where} (person ${by.slice(-6)})`;
}

export function timeWords({
  startsAt,
  slotType,
  mode,
}: {
  startsAt: string;
  slotType: string;
  mode: string;
}) {
  return `${timeOf(startsAt)}, ${slotType}, ${modeWords(mode)}`;
}
