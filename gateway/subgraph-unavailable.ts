import { z } from 'zod';

/** `extensions.code` of every error that an outage causes, the database's among them. */
const CODE = 'SERVICE_UNAVAILABLE';

/**
 * A part of the service was unreachable, or did not answer. A mutation may have been executed all the same: repeat
 * it under the same idempotency key to find out.
 */
export class SubgraphUnavailable extends Error {
  /** Extensions that graphql-js copies into an error of the operation. */
  readonly extensions: { code: typeof CODE; serviceName: string };

  constructor(subgraph: string, reason: string, cause?: unknown) {
    super(`Subgraph ${subgraph} ${reason}`, { cause });
    this.name = 'SubgraphUnavailable';
    this.extensions = { code: CODE, serviceName: subgraph };
  }
}

const Outage = z.object({ extensions: z.object({ code: z.literal(CODE) }) });

/** Recognises an outage, as the error that was thrown or as an error of the operation. */
export function isSubgraphOutage(error: unknown): boolean {
  return Outage.safeParse(error).success;
}
