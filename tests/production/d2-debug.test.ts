import { productInProduction } from './product';
test('starts', async () => {
  try { const p = await productInProduction(); await p.close(); } catch (error) { require('node:fs').writeFileSync('/tmp/h18/d2-production.txt', String((error as Error).stack) + String((error as { stderr?: unknown }).stderr)); throw error; }
}, 30000);
