import { ICB_NAMES, REGION_NAMES, widerAreas, type AreasByPractice } from '../../../domain/insight/areas';
import { NO_OUTCOME, type Vocabulary } from '../../../domain/insight/dimensions';
import type { ComplaintTitles, DispositionCatalogue } from '../../../domain/disposition-catalogue';

/** The content's words, as far as statistics show them. */
export interface ContentWords {
  dispositions: DispositionCatalogue;
  complaints: ComplaintTitles;
}

/** Titles and derived values from the triage content and the practice directory. */
export function vocabularyOf({ dispositions, complaints }: ContentWords, areas: AreasByPractice): Vocabulary {
  return {
    ...widerAreas(areas),
    careLevelOf: (disposition) => dispositions.get(disposition)?.careLevel ?? NO_OUTCOME,
    titleOf(dimension, value) {
      switch (dimension) {
        case 'DISPOSITION':
          return dispositionTitle(dispositions, value);
        case 'PATHWAY':
          return complaints.get(value) ?? '';
        case 'PRACTICE':
          return areas.get(value)?.name ?? '';
        case 'ICB':
          return ICB_NAMES[value] ?? '';
        case 'REGION':
          return REGION_NAMES[value] ?? '';
        default:
          return value;
      }
    },
  };
}

/** The title with the codes of NHS Pathways. */
function dispositionTitle(dispositions: DispositionCatalogue, id: string): string {
  const known = dispositions.get(id);
  if (known === undefined) return '';
  return known.codes.length === 0 ? known.title : `${known.title} (${known.codes.join(', ')})`;
}
