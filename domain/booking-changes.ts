/** Says that a booking has changed. A hint that may be lost: whoever hears it reads the booking again. */
export interface TellChanges {
  changed(bookingId: string): void;
  close(): Promise<void>;
}

export interface HearChanges {
  /** @returns a function that ends it */
  listen(bookingId: string, onChange: () => void): () => void;
  close(): Promise<void>;
}
