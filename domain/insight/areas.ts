import type { PracticeArea } from '../practice-areas';
import { NOT_KNOWN } from './bands';
import type { BaseDimension, Geography, PlaceLevel } from './dimensions';

/** Areas by the ODS code of a practice. */
export type AreasByPractice = ReadonlyMap<string, PracticeArea>;

type PlaceValues = Pick<Record<BaseDimension, string>, 'PRACTICE' | PlaceLevel>;

/** The geography of a fact about this practice. */
export function placesOf(practice: string | null, areas: AreasByPractice): PlaceValues {
  const area = practice === null ? undefined : areas.get(practice);
  return {
    PRACTICE: practice ?? NOT_KNOWN,
    PCN: area?.pcn ?? NOT_KNOWN,
    SUB_ICB: area?.subIcb ?? NOT_KNOWN,
    ICB: area?.icb ?? NOT_KNOWN,
  };
}

/** Wider areas, as the directory's practices tell them. */
export function widerAreas(areas: AreasByPractice) {
  const regions = new Map<string, string>();
  const within = { PCN: new Map<string, PracticeArea>(), SUB_ICB: new Map<string, PracticeArea>() };
  for (const area of areas.values()) {
    if (area.icb !== null && area.region !== null) regions.set(area.icb, area.region);
    if (area.pcn !== null) within.PCN.set(area.pcn, area);
    if (area.subIcb !== null) within.SUB_ICB.set(area.subIcb, area);
  }
  return {
    regionOf: (icb: string) => regions.get(icb) ?? NOT_KNOWN,
    placeOf: (practice: string, level: PlaceLevel) => placesOf(practice, areas)[level],
    placeWithin(level: Geography, value: string, wider: PlaceLevel): string {
      if (level !== 'PCN' && level !== 'SUB_ICB') return NOT_KNOWN;
      const area = within[level].get(value);
      return (wider === 'ICB' ? area?.icb : wider === 'SUB_ICB' ? area?.subIcb : area?.pcn) ?? NOT_KNOWN;
    },
  };
}

/** NHS England regions by their ODS codes. */
export const REGION_NAMES: Readonly<Record<string, string>> = {
  Y56: 'London',
  Y58: 'South West',
  Y59: 'South East',
  Y60: 'Midlands',
  Y61: 'East of England',
  Y62: 'North West',
  Y63: 'North East and Yorkshire',
};

/** The 42 integrated care boards by their ODS codes (Organisation Data Service, 2025). */
export const ICB_NAMES: Readonly<Record<string, string>> = {
  QE1: 'Lancashire and South Cumbria',
  QF7: 'South Yorkshire',
  QGH: 'Herefordshire and Worcestershire',
  QH8: 'Mid and South Essex',
  QHG: 'Bedfordshire, Luton and Milton Keynes',
  QHL: 'Birmingham and Solihull',
  QHM: 'North East and North Cumbria',
  QJ2: 'Derby and Derbyshire',
  QJG: 'Suffolk and North East Essex',
  QJK: 'Devon',
  QJM: 'Lincolnshire',
  QK1: 'Leicester, Leicestershire and Rutland',
  QKK: 'South East London',
  QKS: 'Kent and Medway',
  QM7: 'Hertfordshire and West Essex',
  QMF: 'North East London',
  QMJ: 'North Central London',
  QMM: 'Norfolk and Waveney',
  QNC: 'Staffordshire and Stoke-on-Trent',
  QNQ: 'Frimley',
  QNX: 'Sussex',
  QOC: 'Shropshire, Telford and Wrekin',
  QOP: 'Greater Manchester',
  QOQ: 'Humber and North Yorkshire',
  QOX: 'Bath and North East Somerset, Swindon and Wiltshire',
  QPM: 'Northamptonshire',
  QR1: 'Gloucestershire',
  QRL: 'Hampshire and Isle of Wight',
  QRV: 'North West London',
  QSL: 'Somerset',
  QT1: 'Nottingham and Nottinghamshire',
  QT6: 'Cornwall and the Isles of Scilly',
  QU9: 'Buckinghamshire, Oxfordshire and Berkshire West',
  QUA: 'Black Country',
  QUE: 'Cambridgeshire and Peterborough',
  QUY: 'Bristol, North Somerset and South Gloucestershire',
  QVV: 'Dorset',
  QWE: 'South West London',
  QWO: 'West Yorkshire',
  QWU: 'Coventry and Warwickshire',
  QXU: 'Surrey Heartlands',
  QYG: 'Cheshire and Merseyside',
};
