import type { ParsedContent } from '../parse-content';
import { catalogueRules } from './catalogue-rules';
import type { Finding } from './finding';
import { ownWordsRules } from './own-words-rules';
import { peopleRules } from './people-rules';
import { referenceRules } from './reference-rules';
import { shapeRules } from './shape-rules';
import { sourceRules } from './source-rules';
import { optionTextRules, textRules } from './text-rules';

/** Checks that content can be linked and walked: every reference exists, and there are no cycles. */
export function checkReferences(content: ParsedContent): Finding[] {
  return [
    ...referenceRules(content),
    ...shapeRules(content),
    ...sourceRules(content),
    ...optionTextRules(content),
  ];
}

/** All rules that hold without walking the answer sets: 2 to 6, 8, 13 and 15 to 19 as far as the files show them. */
export function checkStructure(content: ParsedContent): Finding[] {
  return [
    ...checkReferences(content),
    ...catalogueRules(content),
    ...peopleRules(content),
    ...textRules(content),
    // Own words lead to no question: the answer sets are walked all the same.
    ...ownWordsRules(content),
  ];
}
