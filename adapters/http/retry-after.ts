import { MAX_KEEP_AWAY_MS } from './throttles';

/**
 * Milliseconds of a Retry-After header (RFC 9110, 10.2.3), in seconds or as a date; null without a readable one. At most
 * an hour, whatever the supplier says: everything that is planned by it, is planned by somebody else's number.
 */
export function retryAfter({ headers }: { headers: Readonly<Record<string, string>> }): number | null {
  const value = headers['retry-after']?.trim();
  if (value === undefined) return null;
  // The supplier's own clock, where it shows it: ours may differ.
  const now = () => Date.parse(headers['date'] ?? '') || Date.now();
  const waitMs = /^[0-9]+$/.test(value) ? Number(value) * 1_000 : dateOf(value) - now();
  return Number.isNaN(waitMs) ? null : Math.min(MAX_KEEP_AWAY_MS, Math.max(0, waitMs));
}

/** HTTP dates begin with the day of the week: `Date.parse` would take `-5`, or `1.5`, for one. */
function dateOf(value: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN;
}
