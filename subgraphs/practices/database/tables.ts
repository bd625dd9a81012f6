import type { AccessNeed } from '../../../domain/access-needs';
import type { PlacedBy } from '../directory/directory-practice';
import type { OpeningDay } from '../opening/opening-hours';

/**
 * An edition is one import of the directory, whole. Rows are written under the edition's id while it is `IMPORTING`
 * and nobody reads them; publishing makes it `CURRENT` in one small transaction. Edition rows are never deleted, so
 * that an id is never used twice: an import that was overtaken can then tell.
 */
export type EditionState = 'IMPORTING' | 'CURRENT' | 'RETIRED' | 'ABANDONED';

export interface PracticesTables {
  directory_edition: {
    id: number;
    state: EditionState;
    /** `2025-04-23`; empty while importing. */
    as_of: string;
    started_at: number;
    rows_written: number;
    published_at: number | null;
    /** The import's report (`ImportReport`), for later queries. */
    report_json: string | null;
  };
  directory_practice: {
    edition: number;
    ods_code: string;
    name: string;
    /** One line of the address per line. */
    address: string;
    postcode: string;
    phone: string | null;
    latitude: number | null;
    longitude: number | null;
    placed_by: PlacedBy | null;
    /** `2025-03-31`, of a practice that has left the directory; null while it is in it. */
    left_on: string | null;
    /** ODS codes of the organisations that it belongs to; null where the imported files do not say. */
    region: string | null;
    icb: string | null;
    sub_icb: string | null;
    pcn: string | null;
  };
  /** Unit postcodes, without the space. */
  directory_postcode: {
    edition: number;
    postcode: string;
    latitude: number;
    longitude: number;
    /** Quintile of deprivation (IMD 2019) of its neighbourhood, 1 the most deprived. */
    deprivation: number | null;
  };
  directory_outcode: { edition: number; outcode: string; latitude: number; longitude: number };
  directory_gp_system: {
    edition: number;
    ods_code: string;
    clinical_system: string | null;
    /** Supplier ids; null where the practice cannot be reached that way. */
    patient_session: string | null;
    network: string | null;
    registered_patients: number | null;
  };
  directory_opening: { edition: number; ods_code: string; day: OpeningDay; opens: string; closes: string };
  /** Access needs of which it is known whether the practice meets them. */
  directory_access: { edition: number; ods_code: string; need: AccessNeed; is_met: 0 | 1 };
  directory_bank_holiday: { edition: number; day: string };
}
