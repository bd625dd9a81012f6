import examples from '../../../schema/operations/examples.json';
import { withNewKey } from './idempotency-key';

const KEY = /"idempotencyKey": ?"([^"]*)"/;

describe('withNewKey', () => {
  it.each(Object.entries(examples).filter(([, variables]) => KEY.test(JSON.stringify(variables))))(
    'gives %s a key of its own each time, of a length that the API takes',
    (_name, variables) => {
      const text = JSON.stringify(variables, null, 2);
      const [first, second] = [withNewKey(text), withNewKey(text)].map((given) => KEY.exec(given)?.[1]);
      expect(first).toMatch(/^explorer-.{7,91}$/);
      expect(second).not.toBe(first);
    },
  );
});
