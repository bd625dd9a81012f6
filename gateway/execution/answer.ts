import type { Data } from './data';

/** The answer to an operation, before its errors are put into words for clients. */
export interface Answer {
  data?: Data | null | undefined;
  errors?: readonly Error[] | undefined;
  extensions?: Data | undefined;
}
