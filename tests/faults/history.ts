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
  'read',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export interface RecordedOperation {
  kind: OperationKind;
  caller: string;
  /** A digest, the same as in the ledger. */
  patient: string;
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
  holds: (SlotName & { id: string; caller: string })[];
  /** Results of each idempotency key. */
  requests: { caller: string; operation: string; key: string; resultId: string }[];
  /** Events for the front end, one for each change that a person can see. */
  outbox: { bookingId: string; version: number; status: string }[];
}

export interface LedgerBooking extends SlotName {
  id: string;
  caller: string;
  patient: string;
  state: string;
  version: number;
  holdId: string;
  createdAt: number;
  /** The version at which its chain of events is not what it was; null where it is whole. */
  chainBrokenAt: number | null;
}

export interface Violation {
  /** Number of the invariant, of thirteen. */
  invariant: number;
  text: string;
}

export function sameSlot(one: SlotName | null, other: SlotName | null): boolean {
  return one !== null && other !== null && one.practice === other.practice && one.startsAt === other.startsAt;
}

export function slotText({ practice, startsAt }: SlotName): string {
  return `${practice} ${new Date(startsAt).toISOString()}`;
}

/** Groups entries that share a `key`, in the order of arrival. */
/** Recognises the id of an event about this change: after its version comes its time. */
export const isEventOf = (bookingId: string, version: number) => (id: string) =>
  id.startsWith(`${bookingId}-${version}-`);

export function groupsBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
