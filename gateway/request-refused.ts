import type { RequestRefusal } from './error-codes';

/** A request that is not served. request-handler.ts turns it into the answer with its code. */
export class RequestRefused extends Error {
  constructor(readonly refusal: RequestRefusal) {
    super(refusal.message);
    this.name = 'RequestRefused';
  }
}
