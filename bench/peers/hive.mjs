// Hive gateway over the same subgraphs as stock: `hive.mjs {"triage": "http://…", …}`.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

const urls = JSON.parse(process.argv[2]);
const sdl = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
const supergraph = Object.entries(urls).reduce(
  (text, [name, url]) => text.replace(`http://${name}.invalid/graphql`, url),
  sdl,
);

const gateway = createGatewayRuntime({ supergraph, logging: false });
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
