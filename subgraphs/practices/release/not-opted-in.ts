import type { ReleasePolicy } from '../../../domain/release-policy';

/** Opt-in is the practice's own act: nothing is released before it (GMS Contract 7.9B.1; suppliers.md, section 7). */
export const NOT_OPTED_IN: ReleasePolicy = {
  version: 0,
  status: 'NOT_OPTED_IN',
  ownPatients: false,
  otherPatients: false,
  modes: [],
  dispositionIds: [],
  slotTypes: [],
  ageInMonths: null,
  dailyQuota: null,
  takeBackMinutes: 120,
  minimumNoticeMinutes: 30,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
};
