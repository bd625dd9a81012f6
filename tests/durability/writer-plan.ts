import { z } from 'zod';
import { OdsCode } from '../../domain/ods-code';

/** Instructions for a process that runs ledger-writer.ts. */
export const WriterPlan = z.object({
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('embedded'), file: z.string(), waitMs: z.number() }),
    z.object({ kind: z.literal('postgres'), url: z.string(), waitMs: z.number() }),
  ]),
  practice: OdsCode,
  /** Each is held and, where nobody else has it, booked. */
  slotIds: z.array(z.string()),
  /** Slots in flight at any time. */
  atOnce: z.number().int().positive(),
});
export type WriterPlan = z.infer<typeof WriterPlan>;

/** One line of its output: what it was promised, or told. */
export const Acknowledged = z.discriminatedUnion('what', [
  z.object({ what: z.literal('open') }),
  z.object({ what: z.literal('held'), holdId: z.string(), callerId: z.string() }),
  z.object({ what: z.literal('moved'), bookingId: z.string(), slotId: z.string(), version: z.number() }),
  z.object({ what: z.literal('refused'), slotId: z.string(), kind: z.string() }),
  z.object({ what: z.literal('failed'), slotId: z.string(), error: z.string() }),
]);
export type Acknowledged = z.infer<typeof Acknowledged>;
