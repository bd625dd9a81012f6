/**
 * Reason that practices near the person could offer nothing, whatever their books hold; these are counted, not
 * searched one by one.
 */
export const STOPPED_REASONS = ['NOT_OPTED_IN', 'BOOK_CLOSED', 'RELEASE_RULE', 'NOT_CONNECTED'] as const;
export type StoppedReason = (typeof STOPPED_REASONS)[number];
