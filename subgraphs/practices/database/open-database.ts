import { type DatabaseSettings, type Database, openDatabase } from '../../../platform/database/database';
import { practicesMigrations } from './migrations';
import type { PracticesTables } from './tables';

export function openPracticesDatabase(settings: DatabaseSettings): Promise<Database<PracticesTables>> {
  return openDatabase<PracticesTables>(settings, 'practices', practicesMigrations);
}
