/** Stands in examples.json wherever a mutation wants a key that is new for each intention. */
const PLACEHOLDER = 'a-new-key-for-each-intention';

/** With the same key twice, the second answer would be the first one, however old. */
export function withNewKey(variables: string): string {
  const random = crypto.getRandomValues(new Uint32Array(4)).join('-');
  return variables.replace(PLACEHOLDER, `explorer-${random}`);
}
