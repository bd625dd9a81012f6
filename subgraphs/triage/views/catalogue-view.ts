import { create } from '../../../platform/graphql/create';
import type { Content, DispositionContent, PathwayContent } from '../content/content';
import { ANY_READER, say, type Reader } from '../content/wording';
import { Disposition, ExternalCode } from '../types/disposition';
import { Pathway } from '../types/pathway';

export function dispositionView(
  { banner }: Content,
  disposition: DispositionContent,
  reader: Reader = ANY_READER,
): Disposition {
  const { id, title, careLevel, timeframe, bookable, modes, externalCodes, status } = disposition;
  return create(Disposition, {
    id,
    title: say(title, reader),
    careLevel,
    withinMinutes: timeframe.kind === 'minutes' ? timeframe.minutes : null,
    withinWorkingDays: timeframe.kind === 'workingDays' ? timeframe.days : null,
    bookable,
    modes,
    externalCodes: externalCodes.map((code) => create(ExternalCode, code)),
    contentStatus: status,
    contentBanner: banner && say(banner, reader),
  });
}

export function pathwayView(
  { banner, switchedOff }: Content,
  pathway: PathwayContent,
  off: boolean,
  reader: Reader = ANY_READER,
): Pathway {
  const { id, title, version, summary, status } = pathway;
  return create(Pathway, {
    id,
    title: say(title, reader),
    version,
    summary: say(summary, reader),
    switchedOff: off ? say(switchedOff, reader) : null,
    contentStatus: status,
    contentBanner: banner && say(banner, reader),
  });
}
