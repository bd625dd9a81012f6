import type { Asked } from './csv-file';

/** More than a person has tabs open. */
const MAX_ANSWERS = 30;

/** Remembers which request each of the last answers belongs to, so that a file can say it. In memory alone. */
export interface AskedAnswers {
  remember(answerText: string, asked: Asked): void;
  /** Null for an answer that came too long ago, or with an earlier load of the page. */
  find(answerText: string): Asked | null;
}

export function askedAnswers(): AskedAnswers {
  const known = new Map<string, Asked>();
  return {
    remember(answerText, asked) {
      known.delete(answerText);
      known.set(answerText, asked);
      const [oldest] = known.keys();
      if (known.size > MAX_ANSWERS && oldest !== undefined) known.delete(oldest);
    },
    find: (answerText) => known.get(answerText) ?? null,
  };
}
