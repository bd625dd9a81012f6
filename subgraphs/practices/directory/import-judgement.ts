import { DirectoryFileError } from './directory-file-error';
import { endsEarly } from './edition-date';
import { areaOf, sumByArea } from './edition-facts';
import type { OutcodesAtHand } from './import-codes';
import { trippedGuards, type EditionFacts, type ImportFacts, type ImportGuard } from './import-guards';
import { fileOf, type ImportTally } from './import-tally';
import type { PracticeReading } from './practice-file';

/** Judges by their rows how whole the files are. */
export function factsOfRows(
  tally: ImportTally,
  readings: readonly PracticeReading[],
  asOf: string,
): Pick<ImportFacts, 'rows' | 'cutFiles'> {
  const early = endsEarly(readings, asOf) ? [fileOf(readings[0]?.at ?? '')] : [];
  return { rows: tally.rows(), cutFiles: [...new Set([...tally.cutFiles(), ...early])] };
}

/** Judges how well the files fit each other: the outward codes count the postcodes, and place both them and practices. */
export function factsOfCodes(
  readings: readonly PracticeReading[],
  { centres, unitPostcodes }: OutcodesAtHand,
  outwards: ReadonlySet<string>,
): Pick<ImportFacts, 'outwardsWithoutCentre' | 'statedPostcodes'> {
  const ofPractices = readings.flatMap((reading) =>
    reading.kind === 'read' ? reading.value.postcode.outward : [],
  );
  const areas = new Set([...outwards].map(areaOf));
  return {
    outwardsWithoutCentre: [...new Set([...outwards, ...ofPractices])]
      .filter((code) => !centres.has(code))
      .sort(),
    statedPostcodes: sumByArea([...unitPostcodes].filter(([code]) => areas.has(areaOf(code)))),
  };
}

/**
 * Refuses an import that trips guards which nobody has accepted.
 * @throws DirectoryFileError one sentence that says what was found and how to accept it
 */
export function refuseTripped(
  next: ImportFacts,
  before: EditionFacts | null,
  accepted: ReadonlySet<ImportGuard>,
): void {
  const tripped = trippedGuards(next, before).filter(({ guard }) => !accepted.has(guard));
  if (tripped.length === 0) return;
  const findings = tripped.map(({ finding }) => finding).join('; ');
  const overrides = tripped.map(({ guard }) => `--accept ${guard}`).join(' ');
  throw new DirectoryFileError(
    `The import was refused and changed nothing: ${findings}; check that the files are whole and of one date, or say ${overrides}.`,
  );
}
