import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { freePort } from '../platform/http/free-port';

/**
 * `npm run bench:triage`: cost of answering a question through the gateway, beyond that of an empty query sent
 * alternately over the same connection. The gateway has a process of its own; the two are never sent at once.
 */
const ASSESSMENTS = 60;
const WARM_UP = 15;
const TARGET_MS = 3;

const EMPTY = '{ __typename }';
const OPERATIONS = join(__dirname, '..', 'schema', 'operations');
const START = readFileSync(join(OPERATIONS, 'StartAssessment.graphql'), 'utf8');
const ANSWER = readFileSync(join(OPERATIONS, 'AnswerQuestion.graphql'), 'utf8');

const Assessment = z.object({
  id: z.string(),
  revision: z.number(),
  question: z.object({ key: z.string(), options: z.array(z.object({ key: z.string() })) }).nullable(),
});
type Assessment = z.infer<typeof Assessment>;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const gateway = await gatewayProcess();
  try {
    await measure(gateway.url, WARM_UP);
    const { answers, empties } = await measure(gateway.url, ASSESSMENTS);
    const [answerMs, emptyMs] = [median(answers), median(empties)];
    const figures = {
      answers: answers.length,
      answerMs: rounded(answerMs),
      emptyMs: rounded(emptyMs),
      ratio: rounded(answerMs / emptyMs),
      beyondMs: rounded(answerMs - emptyMs),
      targetMs: TARGET_MS,
    };
    if (values.json) console.log(JSON.stringify(figures));
    else
      console.log(
        `${figures.answers} answers: median ${figures.answerMs} ms, an empty query ${figures.emptyMs} ms (ratio ${figures.ratio}); ${figures.beyondMs} ms beyond, target at most ${TARGET_MS} ms`,
      );
    if (answerMs - emptyMs > TARGET_MS) process.exitCode = 1;
  } finally {
    gateway.stop();
  }
}

/** Milliseconds of every answer and of the empty query before it. */
async function measure(url: string, assessments: number): Promise<{ answers: number[]; empties: number[] }> {
  const answers: number[] = [];
  const empties: number[] = [];
  for (let round = 0; round < assessments; round++) {
    let current = await started(url);
    while (current.question !== null) {
      empties.push((await timed(url, EMPTY, {})).ms);
      const input = {
        assessmentId: current.id,
        questionId: current.question.key,
        optionIds: [quietest(current.question)],
        expectedRevision: current.revision,
      };
      const answer = await timed(url, ANSWER, { input });
      answers.push(answer.ms);
      current = z.object({ answerQuestion: Assessment }).parse(answer.data).answerQuestion;
    }
  }
  return { answers, empties };
}

/** The option that leads to further questions, so that every kind of question is measured. */
function quietest({ options }: NonNullable<Assessment['question']>): string {
  const wanted = ['none', 'no', 'itchy', 'short', 'well'];
  return wanted.find((wish) => options.some(({ key }) => key === wish)) ?? options[0]?.key ?? '';
}

async function started(url: string): Promise<Assessment> {
  const input = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth: '2018-06-01', sex: 'MALE' },
    idempotencyKey: randomUUID(),
  };
  const { data } = await timed(url, START, { input });
  return z.object({ startAssessment: Assessment }).parse(data).startAssessment;
}

const Reply = z.object({ data: z.unknown() });

async function timed(url: string, query: string, variables: object): Promise<{ ms: number; data: unknown }> {
  const body = JSON.stringify({ query, variables });
  const begun = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  const ms = performance.now() - begun;
  return { ms, data: Reply.parse(JSON.parse(text)).data };
}

async function gatewayProcess() {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    SIMULATOR_CONTROL_PORT: '0',
    SIMULATOR_EMIS_PORT: '0',
    SIMULATOR_TPP_PORT: '0',
    SIMULATOR_GP_CONNECT_PORT: '0',
    DATA_DIR: mkdtempSync(join(tmpdir(), 'gp-booking-bench-')),
  };
  const child = spawn(process.execPath, [join(__dirname, '..', 'main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill('SIGTERM'));
  await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill('SIGTERM') };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
