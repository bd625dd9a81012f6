/** Why a bearer token was not accepted; stable, so that clients and tests can tell. */
export type TokenRefusal =
  | 'MALFORMED'
  | 'UNKNOWN_ISSUER'
  | 'ALGORITHM_NOT_ALLOWED'
  | 'BAD_SIGNATURE'
  | 'WRONG_AUDIENCE'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'CLAIMS_INCOMPLETE'
  | 'KEYS_UNAVAILABLE';

/** Answered with HTTP 401. Carries nothing of the token. */
export class TokenRefused extends Error {
  /** @param unfit names of claims that are missing or wrong */
  constructor(
    readonly reason: TokenRefusal,
    unfit: readonly string[] = [],
  ) {
    super(
      unfit.length === 0
        ? 'The bearer token was not accepted. Get a new one and try again, or leave it out to ask anonymously.'
        : `The bearer token was not accepted: these claims are missing, or are not as docs/api.md has them: ${unfit.join(', ')}.`,
    );
    this.name = 'TokenRefused';
  }
}
