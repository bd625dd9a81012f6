/**
 * History of one run, as Jepsen records it: the clients' requests and answers, and, looked up afterwards, the
 * contents of the suppliers' diaries and the ledger. Times are epoch milliseconds of the one machine that
 * everything ran on. A slot is named by practice and start: in the released session no two slots begin together.
 */
export interface History {
  operations: RecordedOperation[];
  /** The suppliers' own diaries: every appointment that ever was. */
  truth: Appointment[];
  /** Bookings sent to suppliers, as they came out of the service, before the network did anything to them. */
  bookRequests: BookRequest[];
  ledger: LedgerDump;
  /** Events that the front end accepted, in the order of arrival; an event's id is its booking's and its version. */
  told: { id: string; body: string }[];
  /** Notices that people's own practices accepted, in the order of arrival. */
  noticed: PracticeNotice[];
  /** Everybody, and where they are registered. */
  people: { patient: string; ownPractice: string }[];
  /** Symptom checks as they were kept and changed, in order. */
  checks: CheckChange[];
  /** Acts of practices' desks on standing bookings, while nothing else was wrong. */
  deskActs: DeskAct[];
  /** Slots that the diaries show as free at the end, and whether a newcomer's search then offered them. */
  freeAtEnd: (SlotName & { offered: boolean })[];
  /** Things that the service left behind when it was stopped, counted by name; all must be 0. */
  leftovers: Record<string, number>;
  rules: Rules;
}

export interface Rules {
  /** Every configured adapter. */
  suppliers: string[];
  atOnce: number;
  /** Most practices that a search has gone on without, and that may still be answering. */
  givenUp: number;
  holdMs: number;
  /** True when holds may have been lost, or were not shared, at any time of the run. */
  holdStoreLost: boolean;
  /** True when a process died: what it was to let go then lasts as long as it may. */
  wasKilled: boolean;
  /** People from elsewhere whom a practice whose code begins with Q takes in a day. */
  quota: number;
  /** A desk's act is noticed within so long; null where bookings were not compared with the books. */
  noticedWithinMs: number | null;
}

export interface CheckChange {
  check: string;
  at: number;
  /** The appointment that was offered may be booked for the person for whom it was offered. */
  allows: boolean;
}

export const DESK_ACTS = [
  'cancels',
  'cancels and refills',
  'moves to another time',
  'moves to another session',
] as const;

export interface DeskAct {
  kind: (typeof DESK_ACTS)[number];
  bookingId: string;
  at: number;
}

/** A notice, as an own practice was told. */
export interface PracticeNotice {
  practice: string;
  sequence: number;
  type: string;
  bookingReference: string;
  bookedAt: string;
  startsAt: string;
  mode: string;
}

export interface SlotName {
  practice: string;
  startsAt: number;
}

export const OPERATION_KINDS = [
  'search',
  'hold',
  'release',
  'confirm',
  'cancel',
  'reschedule',
  'accept',
  'read',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export interface RecordedOperation {
  kind: OperationKind;
  caller: string;
  /** A digest, the same as in the ledger. */
  patient: string;
  /** The symptom check of the person's need: a digest, the same as in the ledger. */
  check: string;
  key: string | null;
  /** Body of the request, which tells repetitions from other requests under the same key. */
  body: string;
  /** Fault at the time, to name in a report. */
  during: string;
  invokedAt: number;
  /** `ok`: it happened. `fail`: it certainly did not. `info`: nobody knows yet. */
  outcome: 'ok' | 'fail' | 'info';
  completedAt: number;
  /** The answer's type, and the booking's status where it is one. */
  result: string;
  slot: SlotName | null;
  holdId: string | null;
  /** The booking that the question names. */
  about: string | null;
  /** The booking that the answer names. */
  bookingId: string | null;
  /** Bookings shown beside the one asked for. */
  shown: string[];
  search: SearchAnswer | null;
}

export interface SearchAnswer {
  timeoutMs: number;
  /** Time, in milliseconds, that the same process took meanwhile to answer a question that needs nothing. */
  idleMs: number;
  reports: string[];
  offers: SlotName[];
  /** Searches under way at suppliers at the same time, at most; null where other searches ran as well. */
  peak: number | null;
}

export interface Appointment extends SlotName {
  id: string;
  /** The very slot: the desk may let two begin together. */
  slotId: number;
  mode: string;
  patient: string;
  status: 'BOOKED' | 'CANCELLED';
  bookedAt: number;
  /** The practice's desk cancelled or moved it. */
  touchedByDesk: boolean;
}

export interface BookRequest extends SlotName {
  at: number;
  /** The supplier said that our log-on had ended, and so that it had not even looked: this may be sent again. */
  loggedOff: boolean;
}

export interface LedgerDump {
  bookings: LedgerBooking[];
  events: { bookingId: string; version: number; state: string; at: number }[];
  holds: LedgerHold[];
  /** Results of each idempotency key. */
  requests: { caller: string; operation: string; key: string; resultId: string }[];
  /** Notices for own practices. */
  notices: { practice: string; sequence: number }[];
  /** Events for the front end, one for each change that a person can see. */
  outbox: { bookingId: string; version: number; status: string }[];
}

export interface LedgerHold extends SlotName {
  id: string;
  caller: string;
  check: string | null;
  /** A person from elsewhere, whom the practice's quota counts. */
  isOfGuest: boolean;
  /** The London day. */
  day: string | null;
  createdAt: number;
  /** When it was let go or ran out, whichever was first. */
  endedAt: number;
}

/** On the slot on which it stands now. */
export interface LedgerBooking extends SlotName {
  id: string;
  reference: string;
  caller: string;
  patient: string;
  check: string;
  /** Key of its place at the supplier, as the ledger guards it. */
  place: string;
  /** The slot that was booked, wherever the practice has put it since. */
  asked: SlotName;
  mode: string;
  /** Its slot is all that the supplier has told us of its name. */
  isNamedBySlot: boolean;
  isOfGuest: boolean;
  day: string;
  state: string;
  version: number;
  holdId: string;
  createdAt: number;
  /** The version at which its chain of events is not what it was; null where it is whole. */
  chainBrokenAt: number | null;
}

export interface Violation {
  /** Number of the invariant, of seventeen. */
  invariant: number;
  text: string;
}

export function sameSlot(one: SlotName | null, other: SlotName | null): boolean {
  return one !== null && other !== null && one.practice === other.practice && one.startsAt === other.startsAt;
}

export function slotText({ practice, startsAt }: SlotName): string {
  return `${practice} ${new Date(startsAt).toISOString()}`;
}

/** Recognises the id of an event about this change: after its version comes its time. */
export const isEventOf = (bookingId: string, version: number) => (id: string) =>
  id.startsWith(`${bookingId}-${version}-`);

/** Groups entries that share a `key`, in the order of arrival. */
export function groupsBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
