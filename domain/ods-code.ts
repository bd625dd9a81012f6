import { z } from 'zod';

/**
 * Code of an organisation in the NHS Organisation Data Service, for example `B86030`.
 * Only the shape is checked here; whether the organisation exists is the directory's knowledge.
 */
export const OdsCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9]{3,10}$/, 'An ODS code has 3 to 10 letters and digits, for example B86030.')
  .brand<'OdsCode'>();
export type OdsCode = z.infer<typeof OdsCode>;
