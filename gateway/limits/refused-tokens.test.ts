import { refusedTokens } from './refused-tokens';

test('after a thousand refused tokens no other one of that source is verified for the rest of a minute', async () => {
  const refused = refusedTokens();
  for (let tokens = 0; tokens < 999; tokens++) await refused.add('here');
  expect(await refused.stoppedFor('here')).toBeNull();
  await refused.add('here');
  expect(await refused.stoppedFor('here')).toBeGreaterThan(0);
  expect(await refused.stoppedFor('there')).toBeNull();
});
