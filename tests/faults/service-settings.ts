import { z } from 'zod';

const Hex = z.string().regex(/^[0-9a-f]{64}$/);
const Receiver = z.object({ url: z.url(), key: z.string().regex(/^[0-9a-f]+$/) });

/** Environment variable with the settings of the service under test, as one JSON text. */
export const SETTINGS_VARIABLE = 'FAULTS_SERVICE';

export const ServiceSettings = z.object({
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('embedded'), file: z.string() }),
    z.object({ kind: z.literal('postgres'), url: z.string() }),
  ]),
  redisUrl: z.string().nullable(),
  /** Front end that receives events. */
  webhook: Receiver,
  /** Receiver of the notices to people's own practices. */
  practiceWebhook: Receiver,
  /** Server that keeps the symptom checks. */
  checksUrl: z.url(),
  suppliers: z.object({ emis: z.url(), tpp: z.url(), 'gp-connect': z.url() }),
  /** The same for every process of one history, so that one can open what another has sealed. */
  keys: z.object({ offer: Hex, patientDetails: Hex, patientDigest: Hex, fingerprint: Hex, caller: Hex }),
  holdMs: z.number().int().positive(),
  atOnce: z.number().int().positive(),
  /** Timeout of each exchange with a supplier, and after it: shortened, so that a history takes seconds. */
  timeoutMs: z.number().int().positive(),
  settleMs: z.number().int().positive(),
  compareEveryMs: z.number().int().positive(),
  /** Offset of this process's clock from the machine's, in milliseconds. */
  clockOffsetMs: z.number().int(),
});
export type ServiceSettings = z.infer<typeof ServiceSettings>;

/** Point at which a process kills itself: just before or just after the n-th call of one of its dependencies. */
export const CrashPoint = z.object({
  step: z.string(),
  ordinal: z.number().int().positive(),
  when: z.enum(['before', 'after']),
});
export type CrashPoint = z.infer<typeof CrashPoint>;

/** Messages from the harness to a running service over the process's own channel. */
export const ToService = z.discriminatedUnion('kind', [
  /** Counts calls anew; with a point, the process ends there. */
  z.object({ kind: z.literal('watch'), crashAt: CrashPoint.nullable() }),
  z.object({ kind: z.literal('report-steps') }),
  z.object({ kind: z.literal('set-clock'), offsetMs: z.number().int() }),
  z.object({ kind: z.literal('close') }),
]);
export type ToService = z.infer<typeof ToService>;

export const FromService = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listening'), url: z.string() }),
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('steps'), steps: z.array(z.string()) }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type FromService = z.infer<typeof FromService>;
