/**
 * Joins the look-ups that one tick asks for into one call, so that a list of practices costs one query.
 * Nothing is kept: the next tick asks again.
 * @param load must answer for each key it is given.
 */
export function batched<Value>(
  load: (keys: string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value> {
  let next: { keys: Set<string>; answers: Promise<ReadonlyMap<string, Value>> } | undefined;

  const collect = () => {
    const keys = new Set<string>();
    const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      next = undefined;
      return load([...keys]);
    });
    return { keys, answers };
  };

  return async (key) => {
    next ??= collect();
    next.keys.add(key);
    const value = (await next.answers).get(key);
    if (value === undefined) throw new Error('A batch was loaded without one of its keys.');
    return value;
  };
}
