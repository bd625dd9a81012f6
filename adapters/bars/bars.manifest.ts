import { manifestOf } from '../manifest-of';

export const manifest = manifestOf({
  id: 'bars',
  name: 'BaRS',
  version: '1.0.0',
  route: 'NETWORK',
  transport: 'fhir',
  auth: 'oauth',
  // Tokens last ten minutes.
  settings: [
    { name: 'APPLICATION_ID', kind: 'ID', purpose: 'the API key of this application on the API platform' },
    { name: 'KEY_ID', kind: 'ID', purpose: 'the key id (kid) under which the public key is registered' },
    {
      name: 'PRIVATE_KEY',
      kind: 'PRIVATE_KEY',
      purpose: 'the private key (PEM, RSA) that signs for this application',
    },
  ],
  sessionTtlMs: 9 * 60_000,
  limits: {
    concurrency: 40,
    requestsPerSecond: 200,
    searchWindowDays: 14,
    timeoutMs: { search: 5_000, book: 8_000, read: 5_000, cancel: 8_000 },
    settleMs: 16_000,
  },
  // SEND_TOO_MANY_REQUESTS comes from the proxy, before it forwards (inferred; see README).
  throttle: '429NotExecuted',
  throttleScope: 'SUPPLIER',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'clientKey',
    bookReply: 'final',
    places: false,
    readBack: 'byPatient',
    readBackOfPast: true,
    readBackOfCancelled: true,
    marker: { field: 'Appointment.comment', maxLength: 500 },
    cancel: true,
    cancelVersioned: false,
    cancelCutOffMinutes: 0,
    contactPhone: true,
    reasonMaxLength: 200,
  },
});
