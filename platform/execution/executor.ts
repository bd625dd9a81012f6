/**
 * Names the code that executes operations, in the gateway and in the subgraphs. `compiled` is this project's own; `apollo` is what
 * `@apollo/gateway` and `@apollo/server` (graphql-js) do without it: docs/decisions/0025-what-the-executors-bring.md.
 */
export const EXECUTORS = ['compiled', 'apollo'] as const;
export type Executor = (typeof EXECUTORS)[number];
