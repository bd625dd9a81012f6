import type { LoggerOptions } from 'pino';

/** The parts of an error that may be logged. */
export interface LoggableError {
  type: string;
  code?: string;
  message?: string;
  /** Stack trace without the message. */
  stack?: string;
  cause?: LoggableError;
}

const MAX_MESSAGE = 300;
const MAX_FRAMES = 10;
const MAX_CAUSES = 4;
const MAX_CODE = 60;

/**
 * Reduces an error to its name, code, stack and a message without the values that it quotes. Errors of client
 * libraries carry the command that failed, with passwords and values (ioredis puts AUTH's arguments into `command`,
 * pg the row into `detail`), and messages quote what was sent; so nothing is taken over but what is named here
 * (OWASP Logging Cheat Sheet, "Data to exclude").
 */
export function loggableError(error: unknown): LoggableError {
  return loggable(error, MAX_CAUSES);
}

/** Options for pino, for errors that come to a logger by another way than `loggableError`, such as a library's own call. */
export const ERRORS_IN_LOGS: Pick<LoggerOptions, 'serializers' | 'hooks'> = {
  serializers: { err: (value: unknown) => (value instanceof Error ? loggableError(value) : value) },
  hooks: {
    logMethod(parameters, method) {
      const [first, ...rest]: unknown[] = parameters;
      // pino would make the error's message that of the line.
      const line = first instanceof Error ? { err: loggableError(first) } : first;
      const isError = typeof line === 'object' && line !== null && 'err' in line;
      const words = isError && rest.length === 0 ? ['failed'] : rest;
      Reflect.apply(method, this, [line, ...words]);
    },
  },
};

/** Errors that we word ourselves: their messages are sentences, and repeat nothing. */
const OURS = new Set([
  'Error',
  'BankHolidaysNotKnown',
  'ConfigError',
  'DatabaseUnavailable',
  'DirectoryFileError',
  'ImportOvertaken',
  'OperationFailed',
]);

/**
 * Returns one sentence about an error for a command line. A library's message may repeat any value, so only its
 * gist is used.
 */
export function sentenceOf(error: unknown, otherwise: string): string {
  if (!(error instanceof Error)) return otherwise;
  // Node's words about options repeat what was typed a moment ago.
  const isAboutOptions = codeOf(error)?.startsWith('ERR_PARSE_ARGS_') ?? false;
  if (OURS.has(error.name) || isAboutOptions) return withoutCredentials(error.message);
  return `${otherwise} ${withoutQuotes(error.message).slice(0, MAX_MESSAGE)} (${plainName(error.name)})`;
}

function loggable(error: unknown, causes: number): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = codeOf(error);
  const stack = framesOf(error);
  return {
    type: plainName(error.name),
    message: withoutQuotes(error.message).slice(0, MAX_MESSAGE),
    ...(code !== undefined && { code }),
    ...(stack !== '' && { stack }),
    ...(error.cause !== undefined && causes > 0 && { cause: loggable(error.cause, causes - 1) }),
  };
}

function codeOf(error: Error): string | undefined {
  const code: unknown = Reflect.get(error, 'code');
  const text = typeof code === 'string' || typeof code === 'number' ? String(code) : '';
  return /^[A-Za-z0-9_.-]+$/.test(text) ? text.slice(0, MAX_CODE) : undefined;
}

function plainName(name: string): string {
  return /^[A-Za-z_$][\w$]{0,60}$/.test(name) ? name : 'Error';
}

function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^ {4}at \S/.test(line))
    .slice(0, MAX_FRAMES)
    .join('\n');
}

/**
 * Takes out what a message repeats of others: what stands in quotes or braces, users and passwords in addresses, numbers and
 * dates that may be somebody's, and everything that looks like a token or a key.
 */
export function withoutQuotes(message: string): string {
  return (
    // A message of megabytes is not searched.
    withoutCredentials(message.slice(0, 10_000))
      .replace(/"[^"]*("|$)/g, '"…"')
      .replace(/`[^`]*(`|$)/g, '`…`')
      .replace(/(?<!\w)'[^']*('|$)/g, "'…'")
      .replace(/\{[^]*(\}|$)/g, '{…}')
      .replace(/[\w+/=-]{24,}/g, '…')
      .replace(/\d{4}-\d{2}-\d{2}/g, '…')
      .replace(/\d(?:[ -]?\d){6,}/g, '…')
      .replace(/\s+/g, ' ')
  );
}

function withoutCredentials(message: string): string {
  return message.replace(/\/\/[^/\s@]*@/g, '//…@');
}
