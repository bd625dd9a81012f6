/** Whom a message is written for: a person who books; somebody who works here; or who writes a client. */
export type Audience = 'PATIENTS' | 'STAFF' | 'DEVELOPERS';

/** What docs/errors.md says of a code. */
export interface CodeFacts {
  audience: Audience;
  /** What happened. */
  means: string;
  /** What the client does next: each code has one next step. */
  next: string;
}

/** BCP 47. Another language is one more module of each catalogue's type. */
export const LOCALES = ['en-GB'] as const;
export type Locale = (typeof LOCALES)[number];
export const DEFAULT_LOCALE: Locale = 'en-GB';

/** Writes a message from what it speaks of; without effects. */
export type Message<Parameters> = (parameters: Parameters) => string;

/** A message for each code. */
export type Messages<ParametersOf> = { [Code in keyof ParametersOf]: Message<ParametersOf[Code]> };

/** Of messages that are always the same. */
export type None = Record<string, never>;
