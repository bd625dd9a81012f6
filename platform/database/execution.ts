import type { CompiledQuery } from 'kysely';

/** The way in which PostgreSQL executes a statement, beyond its text. The embedded database has no use for it. */
export interface Execution {
  /**
   * False where nobody needs the result: in a transaction the statement then goes out with the next one, which fails with
   * its error; the commit at the latest.
   */
  isAwaited: boolean;
  /** True where the best plan changes as tables grow, so that none is kept. */
  isReplanned: boolean;
}

const DEFAULT: Execution = { isAwaited: true, isReplanned: false };

const executions = new WeakMap<object, Execution>();

/** The same statement, to be carried out in another way than usual. */
export function executedBy<Row>(
  statement: CompiledQuery<Row>,
  execution: Partial<Execution>,
): CompiledQuery<Row> {
  executions.set(statement, { ...DEFAULT, ...execution });
  return statement;
}

export function executionOf(statement: CompiledQuery): Execution {
  return executions.get(statement) ?? DEFAULT;
}
