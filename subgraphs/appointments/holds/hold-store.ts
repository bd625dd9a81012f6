/**
 * Keeps others away from a slot while somebody confirms. A hold is a courtesy among the users of this gateway, never a
 * promise: the practice's desk knows nothing of it, and when a store is lost with all its holds, the ledger's unique
 * index still lets only one booking be.
 */
export interface HoldStore {
  /**
   * Takes the hold, or takes it again for the same token, from now: asking twice after a lost reply is safe, and keeps it longer.
   * Time runs by the store's own clock.
   * @throws HoldStoreUnavailable
   */
  acquire(slotKey: string, holder: Holder, ttlMs: number): Promise<Acquired | HeldByAnother>;
  /** Only the token that holds can let go. False when it did not hold. @throws HoldStoreUnavailable */
  release(slotKey: string, token: string): Promise<boolean>;
  /** The holders of these slots, by slot key; slots that nobody holds are absent. @throws HoldStoreUnavailable */
  holders(slotKeys: readonly string[]): Promise<ReadonlyMap<string, Holder>>;
  close(): Promise<void>;
}

export interface Holder {
  /** Names this one hold. */
  token: string;
  /** The pseudonymous caller, to whom their own hold stays visible. */
  callerId: string;
}

export interface Acquired {
  acquired: true;
  forMs: number;
}

export interface HeldByAnother {
  acquired: false;
  /** Longest extension. */
  forMs: number;
  by: Holder;
}

/** The store did not answer: whether it did what was asked is not known. */
export class HoldStoreUnavailable extends Error {
  constructor(cause: unknown) {
    super('The hold store did not answer.', { cause });
    this.name = 'HoldStoreUnavailable';
  }
}

/** The slot's name across suppliers and practices; of a slot for several people, one place's. */
export function slotKey(supplier: string, practice: string, slotId: string, seat = 0): string {
  return JSON.stringify(seat === 0 ? [supplier, practice, slotId] : [supplier, practice, slotId, seat]);
}
