import type { OdsCode } from '../../../domain/ods-code';

/** The practice's system has not executed the request. */
export interface SystemUnavailable {
  kind: 'supplier-unavailable';
  practice: OdsCode;
  retryAfterSeconds: number | null;
  /** REFUSED: it would not do it later either. */
  why: 'UNAVAILABLE' | 'REFUSED';
}
