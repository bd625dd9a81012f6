import { manifestOf } from '../manifest-of';

export const manifest = manifestOf({
  id: 'emis',
  name: 'EMIS-style',
  version: '1.0.0',
  route: 'PATIENT_SESSION',
  transport: 'json',
  auth: 'session',
  sessionTtlMs: 10 * 60_000,
  limits: {
    concurrency: 40,
    requestsPerSecond: 200,
    searchWindowDays: 28,
    timeoutMs: { search: 5_000, book: 8_000, read: 5_000, cancel: 8_000 },
    settleMs: 16_000,
  },
  throttle: 'unknown',
  throttleScope: 'SUPPLIER',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'none',
    bookReply: 'final',
    places: false,
    readBack: 'byPatient',
    readBackOfPast: true,
    readBackOfCancelled: false,
    marker: null,
    cancel: true,
    cancelVersioned: false,
    contactPhone: true,
    reasonMaxLength: 150,
  },
});
