import { wallClock } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { Slot } from '../gp-system';
import { manifest } from './emis.manifest';
import type { SessionRequest } from './emis.sessions';

/** Requests of a logged-on patient, with every path but those of the log-on. Paths follow the supplier's base URL. */
const { timeoutMs } = manifest.limits;

export interface TimeRange {
  from: Date;
  to: Date;
}

/** A search reads this and `slots`; its reply holds what several slots share. */
export function slotsMeta(range: TimeRange): SessionRequest {
  return search('/appointmentslots/meta', ['sessionStartDate', 'sessionEndDate'], range);
}

export function slots(range: TimeRange): SessionRequest {
  return search('/appointmentslots', ['fromDateTime', 'toDateTime'], range);
}

function search(path: string, [fromName, toName]: [string, string], { from, to }: TimeRange): SessionRequest {
  return ({ linkToken }) => ({
    method: 'GET',
    path,
    query: [
      ['userPatientLinkToken', linkToken],
      [fromName, wallClock(from)],
      [toName, wallClock(to)],
    ],
    timeoutMs: timeoutMs.search,
  });
}

/** Says whether a booking's reason is wanted. */
export function practiceSettings(practice: OdsCode): SessionRequest {
  return () => ({ method: 'GET', path: `/practices/${practice}/settings`, timeoutMs: timeoutMs.read });
}

export const demographics: SessionRequest = ({ linkToken }) => ({
  method: 'GET',
  path: '/demographics',
  query: [['userPatientLinkToken', linkToken]],
  timeoutMs: timeoutMs.read,
});

/** The booking itself. */
export function booking(
  slot: Slot,
  { reason, phone }: { reason: string | undefined; phone: string | undefined },
): SessionRequest {
  return ({ linkToken }) => ({
    method: 'POST',
    path: '/appointments',
    timeoutMs: timeoutMs.book,
    effect: 'COMMAND',
    body: {
      UserPatientLinkToken: linkToken,
      SlotId: Number(slot.id),
      BookingReason: reason,
      TelephoneNumber: phone,
    },
  });
}

export const appointments: SessionRequest = ({ linkToken }) => ({
  method: 'GET',
  path: '/appointments',
  query: [
    ['userPatientLinkToken', linkToken],
    ['fetchPreviousAppointments', 'true'],
  ],
  timeoutMs: timeoutMs.read,
});

/** The cancellation itself; the slot's id is the appointment's only key. */
export function cancellation(slotId: string): SessionRequest {
  return ({ linkToken }) => ({
    method: 'DELETE',
    path: '/appointments',
    timeoutMs: timeoutMs.cancel,
    effect: 'COMMAND',
    body: {
      UserPatientLinkToken: linkToken,
      SlotId: Number(slotId),
      CancellationReason: 'No longer required',
    },
  });
}
