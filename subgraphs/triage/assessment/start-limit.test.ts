import type { Caller } from '../../../domain/caller';
import { startLimit } from './start-limit';

const OPERATOR: Caller = { kind: 'operator', id: 'somebody-0123456789' };

const context = (source: string | undefined, caller: Caller = { kind: 'anonymous' }) => ({
  caller,
  source,
  requestId: 'request',
  signal: new AbortController().signal,
});

it('lets a bounded number of starts through, for each address and in all, and everybody who is signed in', async () => {
  const limit = startLimit({ perSource: 3, inAll: 5 });
  const outcomes: string[] = [];
  const sources = ['one', 'one', 'one', 'one', 'two', undefined, 'three'];
  for (const source of sources)
    outcomes.push(
      await limit.spend(context(source)).then(
        () => 'started',
        (error: unknown) => (error as { extensions: { code: string } }).extensions.code,
      ),
    );
  expect(outcomes).toEqual([
    'started',
    'started',
    'started',
    'LIMIT_REACHED',
    'started',
    'started',
    'LIMIT_REACHED',
  ]);
  await limit.spend(context('one', OPERATOR));
});
