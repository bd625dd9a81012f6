/** Organisations that a practice belongs to, by their ODS codes. */
export interface PracticeArea {
  name: string;
  /** Null where the imported files do not say. */
  pcn: string | null;
  subIcb: string | null;
  icb: string | null;
  region: string | null;
}

/**
 * The areas of practices. The practice directory implements it and start.ts injects it, so that no subgraph calls another
 * behind the gateway's back.
 */
export interface PracticeAreas {
  /** Returns areas by ODS code, former practices included. */
  all(): Promise<ReadonlyMap<string, PracticeArea>>;
}
