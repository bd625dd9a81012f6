import { once } from 'node:events';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { webhook } from './webhook';

const secrets = [1, 2, 3].map(() => randomBytes(32));

/** Receivers verify by the library of https://www.standardwebhooks.com. */
const verifier = (key: Buffer | undefined) => new Webhook(`whsec_${key?.toString('base64') ?? ''}`);

test('what two secrets sign is taken by whoever knows either, and by nobody else', async () => {
  const [next, current, strange] = secrets;
  const told: Record<string, string>[] = [];
  const server = createServer((request, response) => {
    told.push(
      Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    );
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;

  const hook = webhook({ url, keys: [next!, current!] }, 1, () => new Date());
  await hook.post({ id: 'one', body: '{"a":1}' }, 10_000);
  await hook.close();
  server.close();

  for (const key of [next, current]) expect(verifier(key).verify('{"a":1}', told[0]!)).toEqual({ a: 1 });
  expect(() => verifier(strange).verify('{"a":1}', told[0]!)).toThrow('signature');
});
