/** Audience of a message: patients who book; staff and operators; or developers of clients. */
export type MessageAudience = 'PATIENTS' | 'STAFF' | 'DEVELOPERS';

/** Facts about a code for docs/errors.md. */
export interface CodeFacts {
  audience: MessageAudience;
  /** The event that the code stands for. */
  means: string;
  /** The client's next step: each code has exactly one. */
  next: string;
}

/** BCP 47. Another language is one more module of each catalogue's type. */
export const LOCALES = ['en-GB'] as const;
export type Locale = (typeof LOCALES)[number];
export const DEFAULT_LOCALE: Locale = 'en-GB';

/** Writes a message from what it speaks of; without effects. */
export type MessageTemplate<Parameters> = (parameters: Parameters) => string;

/** A message for each code. */
export type Messages<ParametersOf> = { [Code in keyof ParametersOf]: MessageTemplate<ParametersOf[Code]> };

/** Parameters of a message that never changes. */
export type None = Record<string, never>;
