import { type BookRefusal, type CancelRefusal, SupplierError, type SupplierFault } from '../gp-system';
import type { SupplierFailure } from './tpp.replies';

/**
 * Errors come with HTTP 200 and a code whose meaning depends on the message it answers, and for code 5 on the text
 * as well. What is not known here is never guessed.
 */
export type TppMessage =
  'Authenticate' | 'ListSlots' | 'BookAppointment' | 'ViewAppointments' | 'CancelAppointment' | 'Logoff';

/** Tells whether an error says that the log-on has ended, and so that nothing was done. */
export function isLoggedOff(message: TppMessage, failure: SupplierFailure): boolean {
  if (message === 'Authenticate') return false;
  if (failure.errorCode === '3' || failure.errorCode === '9') return true;
  return failure.errorCode === '5' && (!isCommand(message) || /log|provider/i.test(textOf(failure)));
}

export function bookRefusalOf(failure: SupplierFailure): BookRefusal | undefined {
  switch (failure.errorCode) {
    case '1102':
      return 'SLOT_NOT_FOUND';
    case '1103':
      return 'SLOT_TAKEN';
    case '5':
      return /past/i.test(textOf(failure)) ? 'SLOT_IN_PAST' : undefined;
    case '7':
      return 'BOOKING_LIMIT_REACHED';
    case '6':
      return 'NOT_PERMITTED';
    default:
      return isLoggedOff('BookAppointment', failure) ? 'NOT_PERMITTED' : undefined;
  }
}

export function cancelRefusalOf(failure: SupplierFailure): CancelRefusal | undefined {
  switch (failure.errorCode) {
    case '40':
      return 'TOO_LATE';
    case '5':
      return /past/i.test(textOf(failure)) ? 'TOO_LATE' : undefined;
    case '6':
      return 'NOT_PERMITTED';
    default:
      return isLoggedOff('CancelAppointment', failure) ? 'NOT_PERMITTED' : undefined;
  }
}

/** The supplier's words stay out of the error, for they may name the patient. */
export function errorOf(supplier: string, message: TppMessage, failure: SupplierFailure): SupplierError {
  return new SupplierError(supplier, faultOf(message, failure), {
    mayHaveBeenSent: true,
    message: `${supplier}: ${message} was answered with error ${/^\d{1,5}$/.exec(failure.errorCode)?.[0] ?? 'unknown'}`,
  });
}

function faultOf(message: TppMessage, failure: SupplierFailure): SupplierFault {
  if (isLoggedOff(message, failure)) return 'NOT_AUTHENTICATED';
  switch (failure.errorCode) {
    case '0':
      return 'SERVER_ERROR';
    case '6':
      return 'NOT_PERMITTED';
    default:
      return message === 'Authenticate' ? 'NOT_AUTHENTICATED' : 'REQUEST_REFUSED';
  }
}

function isCommand(message: TppMessage): boolean {
  return message === 'BookAppointment' || message === 'CancelAppointment';
}

function textOf({ userFriendlyMessage = '' }: SupplierFailure): string {
  return userFriendlyMessage;
}
