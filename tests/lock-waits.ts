/** Selects the connections to this PostgreSQL database that wait for a lock. */
export const LOCK_WAITS =
  "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
