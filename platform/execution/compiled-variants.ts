import type { ConditionValues } from './conditions';

/** Bounds what one operation keeps compiled: with more conditions, callers could make it take any amount of memory. */
const MAX_VARIANTS = 64;

/**
 * Keeps one compiled form of an operation for each combination of `@skip` and `@include` that was requested.
 * @returns a function that returns null for a combination beyond the first 64
 */
export function compiledVariants<Compiled>(
  compile: (values: ConditionValues) => Compiled,
): (values: ConditionValues) => Compiled | null {
  const variants = new Map<string, Compiled>();
  return (values) => {
    const key = [...values.values()].map(Number).join('');
    const known = variants.get(key);
    if (known !== undefined) return known;
    if (variants.size >= MAX_VARIANTS) return null;
    const compiled = compile(values);
    variants.set(key, compiled);
    return compiled;
  };
}
