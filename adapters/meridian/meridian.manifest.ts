import { manifestOf } from '../manifest-of';

export const manifest = manifestOf({
  id: 'meridian',
  name: 'Meridian (invented)',
  version: '1.0.0',
  route: 'NETWORK',
  transport: 'json',
  auth: 'oauth',
  basePath: '/mps/3',
  settings: [
    {
      name: 'CLIENT_ID',
      kind: 'ID',
      purpose: 'the client id that Meridian has given this service',
      simulated: 'gp-booking-gateway',
    },
    {
      name: 'CLIENT_SECRET',
      kind: 'SECRET',
      purpose: 'the secret of that client id',
      simulated: 'a secret that the simulator takes',
    },
  ],
  maintenance: [{ day: 'SUNDAY', from: '02:00', until: '04:00' }],
  // A token is good for ten minutes; our clock may be fast.
  sessionTtlMs: 9 * 60_000,
  limits: {
    // The document knows limits of practices alone: these are ours, so that no supplier takes all that we have.
    concurrency: 64,
    requestsPerSecond: 200,
    perPractice: { concurrency: 8, requestsPerSecond: 20 },
    // At most seven dates, and a range of six times 24 hours touches seven.
    searchWindowDays: 6,
    timeoutMs: { search: 5_000, book: 12_000, read: 4_000, cancel: 8_000 },
    // An operation ends within 20 seconds of a request that has the whole call to arrive.
    settleMs: 32_000,
  },
  throttle: '429NotExecuted',
  throttleScope: 'PRACTICE',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'clientKey',
    bookReply: 'operation',
    places: true,
    readBack: 'byPatient',
    readBackOfPast: true,
    readBackOfCancelled: true,
    // It shares the field's 120 characters with the patient's words and a blank.
    marker: { field: 'text', maxLength: 40 },
    cancel: true,
    cancelVersioned: true,
    cancelCutOffMinutes: 30,
    contactPhone: true,
    reasonMaxLength: 79,
  },
});
