import { ZodError } from 'zod';
import { sentenceOf } from '../domain/loggable-error';

/** Runs a command line: an error is printed as one sentence, and the exit code is 1. */
export function runScript(script: () => Promise<void>): void {
  script().catch((error: unknown) => {
    console.error(sentence(error));
    process.exitCode = 1;
  });
}

function sentence(error: unknown): string {
  if (error instanceof ZodError) return error.issues.map(({ message }) => message).join(' ');
  return sentenceOf(error, 'It did not work.');
}
