/**
 * Makes a function of source text. The one place that does: callers put nothing of a request into the text but names
 * that GraphQL's grammar has let through (letters, digits, underscores), always quoted.
 * @param constants values that the text refers to, by name
 */
export function generatedFunction(
  constants: Record<string, unknown>,
  body: string,
): (argument: unknown) => unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- to make a function of text is its purpose
  const made: unknown = new Function(...Object.keys(constants), `"use strict";\n${body}`)(
    ...Object.values(constants),
  );
  if (typeof made !== 'function') throw new Error('Generated text returns a function.');
  return (argument) => Reflect.apply(made, undefined, [argument]) as unknown;
}
