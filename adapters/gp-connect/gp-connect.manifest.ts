import type { Manifest } from '../gp-system';

export const manifest: Manifest = {
  id: 'gp-connect',
  name: 'GP Connect-style',
  version: '1.0.0',
  route: 'NETWORK',
  transport: 'fhir',
  auth: 'jwt',
  limits: {
    concurrency: 40,
    searchWindowDays: 56,
    timeoutMs: { search: 5_000, book: 8_000, read: 5_000, cancel: 8_000 },
    settleMs: 16_000,
  },
  // The proxy refuses before it forwards (inferred; see README).
  throttle: '429NotExecuted',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'none',
    readBack: 'byPatient',
    marker: { field: 'Appointment.comment', maxLength: 500 },
    cancel: true,
    cancelVersioned: true,
    reasonMaxLength: 0,
  },
};
