/** Nobody is told to wait for longer, whatever a supplier asks for. */
const LONGEST_WAIT_S = 60 * 60;

/** Converts milliseconds to the whole seconds of the API's waiting times. */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.min(Math.max(Math.ceil(ms / 1000), 0), LONGEST_WAIT_S);
}
