import type { MessageAudience, CodeFacts } from '../domain/messages/audience';
import { FIELD_PROBLEM_CODES, FIELD_PROBLEMS } from '../domain/messages/field-problem-codes';
import { developerMessages } from '../domain/messages/developers.en-gb';
import { fieldMessage } from '../domain/messages/messages';
import { PROBLEM_CODES, PROBLEMS } from '../domain/messages/problem-codes';
import { sampleFault, sampleMessage } from '../domain/messages/sample-messages';
import type { ErrorCodeFacts, Retry } from '../gateway/error-codes';

const AGAIN: Record<Retry, string> = {
  NO: 'no',
  AFTER_A_CHANGE: 'after changing the request',
  LATER: 'later; after `Retry-After` where it is set',
  WITH_A_NEW_TOKEN: 'with a new token',
};

const SHOW: Record<MessageAudience, string> = { PATIENTS: 'yes', STAFF: 'to staff', DEVELOPERS: 'no' };

/** docs/errors.md. */
export function errorsPage(codes: Record<string, ErrorCodeFacts>): string {
  const rows = Object.entries(codes).map(
    ([code, { status, meaning, retry, example }]) =>
      `| \`${code}\` | ${status} | ${meaning} | ${AGAIN[retry]} | ${[...(example === undefined ? [] : [example]), ...developerMessages(code)].join('<br>')} |`,
  );
  return `# Errors

<!-- Written by \`npm run schema\` from gateway/error-codes.ts and domain/messages. -->

Expected outcomes are data: the result of an operation is a union that has [problems](#problems) among its members. [Errors](#errors-of-requests)
are for requests that cannot be served, and for faults.

## Problems

Each problem has a \`code\` and a \`message\`. Act on the code: each has one next step. A message may be shown to the person only where
this table says so; for an unknown code, show words of your own. New codes may be added. Messages are written in
\`domain/messages\`, one module for each audience and language.

| code | what happened | what the client does next | may the person see the message? | message |
|---|---|---|---|---|
${problemRows().join('\n')}

## Problems of fields

\`InvalidInput\` lists every fault of the input in \`fields { path code message }\`: show each beside its field.

| code | what is wrong | what the client does next | may the person see the message? | message |
|---|---|---|---|---|
${fieldRows().join('\n')}

## Errors of requests

They have the form \`{"errors": [{"message", "extensions": {"code"}}]}\`. Act on \`code\`; \`message\` is for developers, not for users, and may change. New
codes may be added. When a response also has \`data\`, its status is 200.

| code | status | meaning | retry? | message: cause and remedy |
|---|---|---|---|---|
${rows.join('\n')}

\`UNAUTHENTICATED\` has a \`reason\`: see [api.md](api.md#identity). The limits are in
[operate.md](operate.md#limits).
`;
}

function problemRows(): string[] {
  return PROBLEM_CODES.map((code) =>
    row(code, PROBLEMS[code], sampleMessage(code) ?? 'Wording of the symptom check.'),
  );
}

function fieldRows(): string[] {
  return FIELD_PROBLEM_CODES.map((code) => row(code, FIELD_PROBLEMS[code], fieldMessage(sampleFault(code))));
}

function row(code: string, { audience, means, next }: CodeFacts, message: string): string {
  return `| \`${code}\` | ${means} | ${next} | ${SHOW[audience]} | ${message} |`;
}
