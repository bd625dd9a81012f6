import { createHash } from 'node:crypto';

/** Names an assessment without being able to read it: its id is the secret that opens the answers. */
export function assessmentDigest(assessmentId: string): string {
  return createHash('sha256').update(assessmentId).digest('base64url');
}
