import { manifestOf } from '../manifest-of';

export const manifest = manifestOf({
  id: 'gp-connect',
  name: 'GP Connect-style',
  version: '1.0.0',
  route: 'NETWORK',
  transport: 'fhir',
  auth: 'jwt',
  limits: {
    concurrency: 40,
    requestsPerSecond: 200,
    searchWindowDays: 14,
    timeoutMs: { search: 5_000, book: 8_000, read: 5_000, cancel: 8_000 },
    settleMs: 16_000,
  },
  // The proxy refuses before it forwards (inferred; see README).
  throttle: '429NotExecuted',
  throttleScope: 'SUPPLIER',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'none',
    bookReply: 'final',
    places: false,
    readBack: 'byPatient',
    readBackOfPast: false,
    readBackOfCancelled: true,
    marker: { field: 'Appointment.comment', maxLength: 500 },
    cancel: true,
    cancelVersioned: true,
    cancelCutOffMinutes: 0,
    contactPhone: true,
    reasonMaxLength: 0,
  },
});
