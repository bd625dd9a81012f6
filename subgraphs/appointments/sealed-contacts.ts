import { z } from 'zod';
import { sealer, type Sealer } from '../../domain/sealed';

/** Number and words that a person gives with a booking, for the practice; sealed, so that they go with it when it is moved. */
const Contact = z.object({ phone: z.string().optional(), reason: z.string().optional() });
export type Contact = z.infer<typeof Contact>;

/** @param keyName stands in the sealed text, so that it names the key that opens it. */
export function contactSealer(key: Uint8Array, keyName?: string): Sealer<Contact> {
  return sealer(Contact, key, keyName);
}
