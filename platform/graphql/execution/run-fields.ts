import { isPromise } from 'graphql/jsutils/isPromise';
import type { CompiledField, Data, Execution, Path } from './execution';

/** Runs all fields at once, as those of a query and of every object: https://spec.graphql.org/October2021/#sec-Normal-and-Serial-Execution. */
export function runFields(
  fields: readonly CompiledField[],
  execution: Execution,
  source: unknown,
  path: Path | undefined,
): Data | Promise<Data> {
  const results: Data = {};
  let isWaiting = false;
  try {
    for (const { responseName, run } of fields) {
      const result = run(execution, source, path);
      results[responseName] = result;
      isWaiting ||= isPromise(result);
    }
  } catch (error) {
    if (!isWaiting) throw error;
    // The fields that were started end first, so that their errors are collected and none is left unhandled.
    return settled(results).finally(() => {
      throw error;
    });
  }
  return isWaiting ? settled(results) : results;
}

/** Runs one field after the other, as those of a mutation. */
export async function runFieldsInSeries(
  fields: readonly CompiledField[],
  execution: Execution,
  source: unknown,
  path: Path | undefined,
): Promise<Data> {
  const results: Data = {};
  for (const { responseName, run } of fields) results[responseName] = await run(execution, source, path);
  return results;
}

function settled(results: Data): Promise<Data> {
  return Promise.all(Object.values(results)).then((values) => {
    for (const [index, name] of Object.keys(results).entries()) results[name] = values[index];
    return results;
  });
}
