import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { BOOK_AUDIENCES, BOOK_STATUSES, type ReleasePolicy } from '../../../domain/release-policy';

const Instant = z.iso.datetime().transform((text) => new Date(text));

/** A practice's release rules as they are stored, sealed into offers, and passed on by the gateway. */
export const ReleasePolicyFacts: z.ZodType<ReleasePolicy> = z.object({
  version: z.number().int(),
  status: z.enum(BOOK_STATUSES),
  // Offers from before a book could be closed to some have none: closed was closed to everybody.
  closedTo: z.enum(BOOK_AUDIENCES).nullable().default(null),
  ownPatients: z.boolean(),
  otherPatients: z.boolean(),
  modes: z.array(z.enum(APPOINTMENT_MODES)),
  dispositionIds: z.array(z.string()),
  slotTypes: z.array(z.string()),
  ageInMonths: z
    .object({ from: z.number().int(), below: z.number().int().nullable().default(null) })
    .nullable()
    .default(null),
  dailyQuota: z.number().int().nullable().default(null),
  takeBackMinutes: z.number().int(),
  minimumNoticeMinutes: z.number().int(),
  horizonDays: z.number().int(),
  cancelCutOffMinutes: z.number().int(),
  closures: z
    .array(z.object({ id: z.string(), from: Instant, until: Instant, to: z.enum(BOOK_AUDIENCES) }))
    // Rules from before closures had dates have none.
    .default([]),
});
