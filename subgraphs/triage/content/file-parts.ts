import { z } from 'zod';
import { Sex } from './vocabulary';

/** Parts that content files share. */

export const Id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'An id is lower-case words joined by hyphens.');
export const Version = z.string().regex(/^\d+\.\d+\.\d+$/, 'A version is three numbers, for example 1.2.0.');
export const Status = z.enum(['demo', 'reviewed', 'live']);
export const text = z.string().min(1);

export const Ages = z.strictObject({ from: z.int().min(0), below: z.int().min(1).nullable() });

/** Ages in days, half-open: `from` is in, `below` is out; `below: null` has no upper end. */
export const Population = z.strictObject({
  ageInDays: Ages,
  sex: z.array(Sex).min(1).default(Sex.options),
});
