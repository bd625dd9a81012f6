import type { Refusal } from './error-codes';

/** A request that is not served. What is thrown ends as the answer with its code, in request-handler.ts. */
export class RequestRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = 'RequestRefused';
  }
}
