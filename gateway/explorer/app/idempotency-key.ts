/** Stands in examples.json wherever a mutation wants a key that is new for each intention. */
const PLACEHOLDER = 'a-new-key-for-each-intention';

/** Gives the variables a new key: the same key twice returns the first answer, however old. */
export function withNewKey(variables: string): string {
  const random = crypto.getRandomValues(new Uint32Array(4)).join('-');
  return variables.replace(PLACEHOLDER, `explorer-${random}`);
}
