import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { loggableError } from '../../../domain/loggable-error';
import { backgroundTimers, pause, type Timers } from '../../../domain/timers';
import type { PracticesTables } from '../database/tables';
import type { Directory } from './directory';
import { currentEdition } from './edition';
import { editionDirectory } from './edition-directory';

/** The directory in use. Resolvers ask anew for each field, and keep nothing. */
export interface DirectoryFeed {
  current(): Directory;
  close(): Promise<void>;
}

/** Interval at which a running process looks for a new edition. */
const LOOK_EVERY_MS = 1_000;

export interface DirectoryFeedOptions {
  /** Awaited before a later edition is put into use; when it fails, all is tried again at the next look. */
  onChange?: (before: Directory, after: Directory) => Promise<void>;
  timers?: Timers;
}

/**
 * Loads the current edition, and each later one soon after it is published.
 * @param whenNone the directory until one has been imported.
 */
export async function directoryFeed(
  db: Kysely<PracticesTables>,
  whenNone: () => Promise<Directory>,
  logger: Logger,
  { onChange = () => Promise.resolve(), timers = backgroundTimers }: DirectoryFeedOptions = {},
): Promise<DirectoryFeed> {
  let loaded = await load(db, whenNone);
  const closing = new AbortController();

  const refresh = async () => {
    const edition = await currentEdition(db);
    if (edition === undefined || edition.id === loaded.edition) return;
    const next = await load(db, whenNone);
    await onChange(loaded.directory, next.directory);
    loaded = next;
    logger.info({ edition: loaded.edition, practices: loaded.directory.size }, 'directory edition loaded');
  };
  const watching = watch(refresh, logger, closing.signal, timers);

  return {
    current: () => loaded.directory,
    async close() {
      closing.abort();
      await watching;
    },
  };
}

/** Polls until it is stopped. When the database is unavailable, the last edition stays in use. */
async function watch(
  look: () => Promise<void>,
  logger: Logger,
  signal: AbortSignal,
  timers: Timers,
): Promise<void> {
  let failing = false;
  while (await pauseUnlessAborted(timers, signal)) {
    try {
      await look();
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ err: loggableError(error) }, 'checking for a new directory edition failed');
      failing = true;
    }
  }
}

/** @returns false when it is time to stop. */
async function pauseUnlessAborted(timers: Timers, signal: AbortSignal): Promise<boolean> {
  return pause(timers, LOOK_EVERY_MS, signal).then(
    () => true,
    () => false,
  );
}

async function load(
  db: Kysely<PracticesTables>,
  whenNone: () => Promise<Directory>,
): Promise<{ edition: number | null; directory: Directory }> {
  const edition = await currentEdition(db);
  if (edition === undefined) return { edition: null, directory: await whenNone() };
  return { edition: edition.id, directory: await editionDirectory(db, edition) };
}
