import { join } from 'node:path';
import { ENGLAND_2024_TO_2027 } from '../../../domain/england-bank-holidays';
import type { OpeningRule } from '../opening/opening-hours';
import { readAccessibility } from './accessibility-file';
import type { RowReading } from './csv-rows';
import { directoryOf, type Directory } from './directory';
import type { Point } from './great-circle';
import { located } from './locate';
import type { PostcodeTable } from './places';
import { readOpeningHours, type FiledOpening } from './opening-hours-file';
import { readOutcodes, readPostcodes, type PlacedCode } from './postcode-files';
import { readPractices } from './practice-file';

/** Fictional practices in an invented postcode area, which stand in until a directory has been imported. */
export interface DemoDirectory {
  directory: Directory;
  postcodes: PostcodeTable;
}

/** They are in the layouts that the import reads. The build copies them beside the built code. */
export function demoFiles(): {
  practices: string;
  postcodes: string;
  outcodes: string;
  openingHours: string;
  accessibility: string;
} {
  const file = (name: string) => join(__dirname, 'demo', name);
  return {
    practices: file('practices.csv'),
    postcodes: file('postcodes.csv'),
    outcodes: file('outcodes.csv'),
    openingHours: file('opening-hours.csv'),
    accessibility: file('accessibility.csv'),
  };
}

/** The day the demo was written. */
const DEMO_AS_OF = '2026-01-05';

export async function demoDirectory(): Promise<DemoDirectory> {
  const files = demoFiles();
  const nobody = () => undefined;
  const outcodes = byKey(await allRead(readOutcodes(files.outcodes, nobody)));
  const units = byKey(await allRead(readPostcodes(files.postcodes, nobody)));
  const filed = await allRead(readPractices(files.practices, nobody, DEMO_AS_OF));
  const practices = filed.map((practice) => located(practice, units, outcodes));
  const codes = new Set(practices.map(({ odsCode }) => odsCode));
  const hours = await allRead(readOpeningHours(files.openingHours, nobody, codes));
  const access = await allRead(readAccessibility(files.accessibility, nobody, codes));
  return {
    directory: directoryOf(practices, DEMO_AS_OF, {
      gpSystems: null,
      openingHours: byPractice(hours),
      access: new Map(access.map(({ odsCode, met, notMet }) => [odsCode, { met, notMet }])),
      bankHolidays: ENGLAND_2024_TO_2027,
    }),
    postcodes: {
      unit: (key) => Promise.resolve(units.get(key)),
      outcodes: (codes) => Promise.resolve(codes.flatMap((code) => outcodes.get(code) ?? [])),
    },
  };
}

async function allRead<Value>(readings: AsyncIterable<RowReading<Value>>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const reading of readings) if (reading.kind === 'read') values.push(reading.value);
  return values;
}

function byPractice(hours: readonly FiledOpening[]): Map<string, OpeningRule[]> {
  const codes = [...new Set(hours.map(({ odsCode }) => odsCode))];
  return new Map(codes.map((code) => [code, hours.filter(({ odsCode }) => odsCode === code)]));
}

function byKey(codes: readonly PlacedCode[]): Map<string, Point> {
  return new Map(codes.map((code) => [code.key, code]));
}
