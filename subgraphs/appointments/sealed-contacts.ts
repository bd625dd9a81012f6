import { z } from 'zod';
import { sealer, type Sealer } from '../../domain/sealed';

/** What the person gave with a booking, and the practice is to know; kept sealed, so that it is kept when the booking is moved. */
const Contact = z.object({ phone: z.string().optional(), reason: z.string().optional() });
export type Contact = z.infer<typeof Contact>;

/** @param keyName stands in the sealed text, so that it names the key that opens it. */
export function contactSealer(key: Uint8Array, keyName?: string): Sealer<Contact> {
  return sealer(Contact, key, keyName);
}
