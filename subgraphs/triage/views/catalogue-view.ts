import type { Content, DispositionContent, PathwayContent } from '../content/content';
import { Disposition, ExternalCode } from '../types/disposition';
import { Pathway } from '../types/pathway';
import { instance } from '../../instance';

export function dispositionView({ banner }: Content, disposition: DispositionContent): Disposition {
  const { id, title, careLevel, timeframe, bookable, modes, externalCodes, status } = disposition;
  return instance(Disposition, {
    id,
    title,
    careLevel,
    withinMinutes: timeframe.kind === 'minutes' ? timeframe.minutes : null,
    withinWorkingDays: timeframe.kind === 'workingDays' ? timeframe.days : null,
    bookable,
    modes,
    externalCodes: externalCodes.map((code) => instance(ExternalCode, code)),
    contentStatus: status,
    contentBanner: banner,
  });
}

export function pathwayView({ banner }: Content, pathway: PathwayContent): Pathway {
  const { id, title, version, summary, status } = pathway;
  return instance(Pathway, { id, title, version, summary, contentStatus: status, contentBanner: banner });
}
