import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ContentSigner } from '../../domain/content-signer';
import type { SymptomChecks } from '../../domain/symptom-checks';
import type { ComplaintTitles, DispositionCatalogue } from '../../domain/disposition-catalogue';
import type { CubeReader } from '../../domain/insight/cubes';
import type { PlaceLookup } from '../../domain/place-lookup';
import type { PracticeAreas } from '../../domain/practice-areas';
import type { DatabaseSettings } from '../../platform/database/database';
import { type Subgraph } from '../../platform/graphql/federated-schema';
import { assessmentStore } from './assessment/assessment-store';
import { assessments } from './assessment/assessments';
import { symptomChecks } from './assessment/symptom-checks';
import { contentEditions, keepContent } from './content/content-editions';
import { announceExpiry, registerExpiry, switchesOffAtExpiry } from './content/content-expiry';
import type { LiveTrust } from './content/signatures';
import { isDemo, loadContent, refuseDemoContent } from './content/load-content';
import { ANY_READER, say } from './content/wording';
import { deadline } from './engine/deadline';
import { CARE_LEVELS } from '../../domain/insight/dimensions';
import { openTriageDatabase } from './database/open-database';
import { checkCubes } from './facts/check-cubes';
import { rollUpNightly } from '../../platform/insight/roll-up-nightly';
import { guessLimit } from './assessment/guess-limit';
import { assessmentRetention } from './retention';
import { startLimit } from './assessment/start-limit';
import { switches } from './switches/switches';
import { triageSchema } from './schema';

const NAME = 'triage';

export interface TriageDeps {
  database: DatabaseSettings;
  places: PlaceLookup;
  areas: PracticeAreas;
  now: () => Date;
  logger: Logger;
  /** In live mode content starts only with the signatures of its reviewers. */
  clinicalMode: 'demo' | 'live';
  /** Reviewers whose signatures count, in live mode. */
  signers?: readonly ContentSigner[];
  metrics?: Registry | undefined;
  /** Keyed digest, by which a device that starts again is recognised. */
  digestDevice: (text: string) => string;
}

/** The dispositions of this release's content, for the practices that set rules for them. */
export function dispositionCatalogue(): DispositionCatalogue {
  const dispositions = [...loadContent().dispositions.values()];
  return new Map(
    dispositions.map(({ id, bookable, modes, timeframe, title, careLevel, externalCodes }) => [
      id,
      {
        id,
        bookable,
        modes,
        title: say(title, ANY_READER),
        careLevel: CARE_LEVELS[careLevel],
        codes: externalCodes.map(({ code }) => code),
        deadlineFrom: (reachedAt: Date) => deadline(reachedAt, timeframe),
      },
    ]),
  );
}

/** The symptom checks of this release's content. */
export function complaintTitles(): ComplaintTitles {
  return new Map([...loadContent().pathways.values()].map(({ id, title }) => [id, say(title, ANY_READER)]));
}

export type TriageSubgraph = Subgraph & { symptomChecks: SymptomChecks; checkCubes: CubeReader };

/** @throws Error with a sentence that says what to do: unusable content, demonstration content in live mode, no database. */
export async function createTriageSubgraph(deps: TriageDeps): Promise<TriageSubgraph> {
  const { places, areas, digestDevice, now, logger, clinicalMode } = deps;
  const trust = trustOf(deps);
  const content = loadContent(undefined, trust);
  refuseDemoContent(content, clinicalMode);
  const database = await openTriageDatabase(deps.database);
  const { db, ready } = database;
  await keepContent(db, content, now);
  const editions = contentEditions(db, content, trust ?? 'demo');
  const killSwitches = switchesOffAtExpiry(switches(database, now, logger), content, now);
  registerExpiry(deps.metrics, content, now);
  const assessing = {
    store: assessmentStore(db),
    editions,
    switches: killSwitches,
    places,
    digestDevice,
    now,
  };
  const forgetting = assessmentRetention(database, now, logger);
  const announcing = announceExpiry(content, now, logger);
  const cubes = checkCubes({ db, areas, now });
  const rolling = rollUpNightly('triage', cubes, logger);
  logger.info({ pathways: content.pathways.size, demo: isDemo(content) }, 'triage content loaded');
  return {
    name: NAME,
    symptomChecks: symptomChecks({ ...assessing, database }),
    checkCubes: cubes,
    ...triageSchema({
      content,
      assessments: assessments(assessing),
      switches: killSwitches,
      guesses: guessLimit(),
      starts: startLimit(),
      now,
    }),
    ready,
    async close() {
      await Promise.all([announcing.stop(), forgetting.stop(), rolling.stop()]);
      await database.close();
    },
  };
}

function trustOf({
  clinicalMode,
  signers = [],
  now,
}: Omit<TriageDeps, 'places' | 'areas' | 'digestDevice'>): LiveTrust | null {
  return clinicalMode === 'live' ? { signers, now } : null;
}

/** The symptom checks and their cubes alone, for a process that books. */
export async function openSymptomChecks(
  deps: Omit<TriageDeps, 'places' | 'digestDevice'>,
): Promise<{ checks: SymptomChecks; checkCubes: CubeReader; close(): Promise<void> }> {
  const { now, logger } = deps;
  const trust = trustOf(deps);
  const content = loadContent(undefined, trust);
  refuseDemoContent(content, deps.clinicalMode);
  const database = await openTriageDatabase(deps.database);
  const editions = contentEditions(database.db, content, trust ?? 'demo');
  const killSwitches = switchesOffAtExpiry(switches(database, now, logger), content, now);
  const checks = symptomChecks({ database, editions, switches: killSwitches, now });
  const cubes = checkCubes({ db: database.db, areas: deps.areas, now });
  return { checks, checkCubes: cubes, close: () => database.close() };
}
