import type { Data } from './data';

/** The answer to an operation, before errors are masked and formatted for the client. */
export interface Answer {
  data?: Data | null | undefined;
  errors?: readonly Error[] | undefined;
  extensions?: Data | undefined;
}
