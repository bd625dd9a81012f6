import { z } from 'zod';

/** As clients see it: `extensions.code` of every error that an outage brings about, the database's among them. */
const CODE = 'SERVICE_UNAVAILABLE';

/**
 * A part of the service could not be asked, or did not answer. A mutation may have been carried out all the same: the same
 * request under the same idempotency key finds out.
 */
export class SubgraphUnavailable extends Error {
  /** As graphql-js takes it over into an error of the operation. */
  readonly extensions: { code: typeof CODE; serviceName: string };

  constructor(subgraph: string, reason: string, cause?: unknown) {
    super(`Subgraph ${subgraph} ${reason}`, { cause });
    this.name = 'SubgraphUnavailable';
    this.extensions = { code: CODE, serviceName: subgraph };
  }
}

const Outage = z.object({ extensions: z.object({ code: z.literal(CODE) }) });

/** Whether an error is of an outage, as it was thrown or as an error of the operation. */
export function isOutage(error: unknown): boolean {
  return Outage.safeParse(error).success;
}
