import type { AppointmentMode } from './appointment-mode';
import type { PracticeRelation } from './release-policy';

/** Practices at which an outcome may be booked: none, the person's own, or any. */
export const BOOKABLE_SCOPES = ['NONE', 'OWN_PRACTICE', 'NETWORK'] as const;
export type BookableScope = (typeof BOOKABLE_SCOPES)[number];

/** A disposition of the triage content, as far as practices need it. */
export interface CataloguedDisposition {
  id: string;
  bookable: BookableScope;
  modes: readonly AppointmentMode[];
  title: string;
  /** In words. */
  careLevel: string;
  /** Codes of NHS Pathways, `Dx06`. */
  codes: readonly string[];
  /** Latest start for an outcome that is reached at this moment; null where it has none. */
  deadlineFrom(reachedAt: Date): Date | null;
}

/**
 * The dispositions that symptom checks can lead to, by id. Triage implements it and start.ts injects it, so that no
 * subgraph calls another behind the gateway's back.
 */
export type DispositionCatalogue = ReadonlyMap<string, CataloguedDisposition>;

/** Titles of the symptom checks by their ids, for statistics. */
export type ComplaintTitles = ReadonlyMap<string, string>;

/** The relations in which a practice may serve such an outcome (NHS Pathways Dx10 and Dx75 are for the own practice). */
export function relationsServed(bookable: BookableScope): readonly PracticeRelation[] {
  switch (bookable) {
    case 'NONE':
      return [];
    case 'OWN_PRACTICE':
      return ['OWN'];
    case 'NETWORK':
      return ['OWN', 'OTHER'];
  }
}
