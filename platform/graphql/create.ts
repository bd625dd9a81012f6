/** An instance with these fields: unions tell their members apart by class, and literals are of none. */
export function create<T extends object>(cls: new () => T, fields: { [K in keyof T]: T[K] }): T {
  return Object.assign(new cls(), fields);
}
