/** Milliseconds of a Retry-After header (RFC 9110, 10.2.3), in seconds or as a date; null without a readable one. */
export function retryAfter({ headers }: { headers: Readonly<Record<string, string>> }): number | null {
  const value = headers['retry-after'];
  if (value === undefined) return null;
  if (/^[0-9]{1,6}$/.test(value)) return Number(value) * 1000;
  // The supplier's own clock, where it shows it: ours may differ.
  const wait = Date.parse(value) - (Date.parse(headers['date'] ?? '') || Date.now());
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}
