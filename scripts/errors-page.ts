import type { ErrorCodeFacts, Retry } from '../gateway/error-codes';

const AGAIN: Record<Retry, string> = {
  NO: 'no',
  AFTER_A_CHANGE: 'after changing the request',
  LATER: 'later; after `Retry-After` where it is given',
  WITH_A_NEW_TOKEN: 'with a new token',
};

/** docs/errors.md. */
export function errorsPage(codes: Record<string, ErrorCodeFacts>): string {
  const rows = Object.entries(codes).map(
    ([code, { status, meaning, retry, example }]) =>
      `| \`${code}\` | ${status} | ${meaning} | ${AGAIN[retry]} | ${example} |`,
  );
  return `# Errors

<!-- Written by \`npm run schema\` from gateway/error-codes.ts. -->

What an operation may expect to happen is data: the answer is a union with problems in it, each with a \`ProblemCode\`
([api.md](api.md#expected-outcomes-are-data)). Errors are for requests that cannot be served, and for faults. They come as
\`{"errors": [{"message", "extensions": {"code"}}]}\`; act on \`code\`, show nobody \`message\`, which may change. New codes may
be added. In an answer that has \`data\` as well, the status is 200.

| code | status | means | try again? | for example |
|---|---|---|---|---|
${rows.join('\n')}

\`UNAUTHENTICATED\` has a \`reason\`: see [api.md](api.md#identity). How much is too much is in
[operate.md](operate.md#limits).
`;
}
