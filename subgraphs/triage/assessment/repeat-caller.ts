import { createHash } from 'node:crypto';
import type { Caller } from '../../../domain/caller';
import type { RepeatKeys } from './assessment-store';
import type { StartRequest } from './start-request';

/**
 * Time after an emergency in which a new start for the same person counts as a repeat. The NHS Repeat Caller Service looks
 * at 96 hours (digital.nhs.uk/services/repeat-caller-service); twelve is this demonstration's choice, so that no answers
 * have to be kept for longer than they are for the person. A clinician has to decide.
 */
export const REPEAT_CALLER_MS = 12 * 60 * 60_000;

/**
 * Digests by which the same person is recognised: the caller or the device, each with the date of birth of the person with
 * the symptoms, so that nobody is told of the emergency of another member of the family.
 */
export function repeatKeys(
  caller: Caller,
  { subject: { dateOfBirth }, deviceToken }: Pick<StartRequest, 'subject' | 'deviceToken'>,
  digestDevice: (text: string) => string,
): RepeatKeys {
  const text = (id: string): string => JSON.stringify([id, dateOfBirth]);
  return {
    caller:
      caller.kind === 'patient' ? createHash('sha256').update(text(caller.id)).digest('base64url') : null,
    device: deviceToken === null ? null : digestDevice(text(deviceToken)),
  };
}
