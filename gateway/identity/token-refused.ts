import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** Reason for refusing a bearer token; stable, so that clients and tests can rely on it. */
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

/** Refusal of a token, sent as HTTP 401. Carries nothing of the token. */
export class TokenRefused extends Error {
  /** @param unfit names of claims that are missing or wrong */
  constructor(
    readonly reason: TokenRefusal,
    unfit: readonly string[] = [],
  ) {
    super(
      unfit.length === 0
        ? DEVELOPERS_EN_GB.UNAUTHENTICATED.TOKEN({})
        : DEVELOPERS_EN_GB.UNAUTHENTICATED.CLAIMS({ claims: unfit.join(', ') }),
    );
    this.name = 'TokenRefused';
  }
}
