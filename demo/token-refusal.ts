import { z } from 'zod';

const REFUSED = 401;
const ANSWER_WITHIN_MS = 5_000;
const Refusal = z.object({
  errors: z.tuple([z.object({ extensions: z.object({ reason: z.string().optional() }) })]),
});

/**
 * Says in a sentence why the gateway at `url` refuses a demo token that was signed with the key in `dataDir`; null where
 * it accepts it, or where no gateway answers.
 * @param expected the reason for which it is meant to be refused.
 */
export async function tokenRefusal(
  url: string,
  token: string,
  dataDir: string,
  expected: string | null = null,
): Promise<string | null> {
  const reason = await refusalReason(url, token);
  switch (reason) {
    case expected:
    case null:
      return null;
    case 'BAD_SIGNATURE':
      return `The gateway at ${url} was started with another DATA_DIR: its demo issuer has another key than the one in ${dataDir}. Use the gateway's DATA_DIR here too.`;
    case 'UNKNOWN_ISSUER':
      return `The gateway at ${url} was started with ISSUERS, so it does not accept the demo issuer's tokens. Use a token of an issuer that is named there.`;
    default:
      return `The gateway at ${url} refuses demo tokens (${reason}): check that it is this version, and that both clocks are right.`;
  }
}

async function refusalReason(url: string, token: string): Promise<string | null> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ __typename }' }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch(() => null);
  if (response?.status !== REFUSED) return null;
  const body = Refusal.safeParse(await response.json().catch(() => null));
  return body.data?.errors[0].extensions.reason ?? 'no reason given';
}
