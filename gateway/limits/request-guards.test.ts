import { OperationTypeNode } from 'graphql';
import { ANONYMOUS } from '../../domain/caller';
import type { CallerBudget } from './caller-budget';
import { DEFAULT_LIMITS } from './gateway-limits';
import { requestGuards, type Admitted, type GuardedOperation } from './request-guards';
import { documentFinder, type AllowedDocument } from './trusted-documents';

const BY = { caller: ANONYMOUS, source: 'here' };
const OPERATION: GuardedOperation = {
  type: OperationTypeNode.QUERY,
  introspects: false,
  forbidden: () => null,
  namesIds: () => false,
  cost: () => 7,
  wrongVariables: () => null,
};

/** Guards that record payments, and the starts and ends of operations. */
function guards({ remaining = 100, spend }: { remaining?: number; spend?: CallerBudget['spend'] } = {}) {
  const paid: [string, number][] = [];
  const planned: string[] = [];
  let underWay = 0;
  const made = requestGuards({
    limits: DEFAULT_LIMITS,
    budget: {
      spend:
        spend ??
        ((caller, cost) => {
          paid.push([caller, cost]);
          return Promise.resolve({ remaining, retryAfterSeconds: remaining > 0 ? null : 9 });
        }),
      spentFor: () => Promise.resolve(remaining > 0 ? null : 9),
      close: () => Promise.resolve(),
    },
    planning: {
      spend: (_, text) => {
        planned.push(text);
        return Promise.resolve(null);
      },
    },
    admission: {
      enter() {
        underWay += 1;
        return () => (underWay -= 1);
      },
      underWay: () => underWay,
    },
    auditHasRoom: () => true,
    hidesSchema: true,
  });
  return { ...made, paid, planned, underWay: () => underWay };
}

const request = (more: Partial<GuardedOperation> = {}, method: 'GET' | 'POST' = 'POST') => ({
  method,
  operation: { ...OPERATION, ...more },
  variables: {},
  by: BY,
});

test('what has passed every guard is admitted, and leaves when it has ended', async () => {
  const { admit, paid, underWay } = guards();
  const admitted = await admit(request());
  if ('refusal' in admitted) throw new Error(admitted.refusal.message);
  expect([admitted.cost.estimated, paid, underWay()]).toEqual([7, [['from:here', 7]], 1]);
  admitted.leave();
  expect(underWay()).toBe(0);
});

test('nothing else can be made to look so', () => {
  // @ts-expect-error -- only `admit` knows the mark
  const forged: Admitted = {
    operation: OPERATION,
    variables: {},
    cost: { estimated: 1, maximum: 1, remaining: 1 },
    leave: () => undefined,
  };
  // @ts-expect-error -- only `documentFinder` knows the mark
  const allowed: AllowedDocument = { text: '{ a }', name: null };
  expect([Object.getOwnPropertySymbols(forged), Object.getOwnPropertySymbols(allowed)]).toEqual([[], []]);
});

const REFUSAL = { code: 'BAD_USER_INPUT', message: 'wrong' } as const;
test.each<[string, string, Parameters<typeof request>]>([
  ['a mutation by GET', 'BAD_REQUEST', [{ type: OperationTypeNode.MUTATION }, 'GET']],
  ['an id by GET', 'BAD_REQUEST', [{ namesIds: () => true }, 'GET']],
  ['introspection', 'INTROSPECTION_NOT_ALLOWED', [{ introspects: true }]],
  ['what is not theirs', 'BAD_USER_INPUT', [{ forbidden: () => REFUSAL }]],
  ['what costs too much', 'COST_TOO_HIGH', [{ cost: () => 1e9 }]],
])('%s is refused before anything is paid', async (_, code, given) => {
  const { admit, paid, underWay } = guards();
  expect(await admit(request(...given))).toMatchObject({ refusal: { code } });
  expect([paid, underWay()]).toEqual([[], 0]);
});

test('wrong variables are paid for, and end', async () => {
  const { admit, paid, underWay } = guards();
  expect(await admit(request({ wrongVariables: () => REFUSAL }))).toEqual({ refusal: REFUSAL });
  expect([paid, underWay()]).toEqual([[['from:here', 7]], 0]);
});

test.each([
  ['paying fails', {}, () => Promise.reject(new Error('lost'))],
  [
    'looking at variables fails',
    {
      wrongVariables: () => {
        throw new Error('lost');
      },
    },
    undefined,
  ],
])('a request ends where %s', async (_, operation, spend) => {
  const { admit, underWay } = guards({ spend });
  await expect(admit(request(operation))).rejects.toThrow('lost');
  expect(underWay()).toBe(0);
});

describe('whoever has nothing left', () => {
  test('is refused before a text is planned, or variables are looked at', async () => {
    const { admit, payForPlanning, planned, underWay } = guards({ remaining: 0 });
    const document = documentFinder(new Map(), 'for-all')(
      { query: '{ a }', documentId: undefined, persistedQueryHash: undefined },
      ANONYMOUS,
    );
    if ('refusal' in document) throw new Error(document.refusal.message);
    expect(await payForPlanning(BY, document)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 9 });
    const looked = jest.fn(() => null);
    expect(await admit(request({ wrongVariables: looked }))).toMatchObject({
      refusal: { code: 'RATE_LIMITED' },
    });
    expect([planned, looked.mock.calls, underWay()]).toEqual([[], [], 0]);
  });
});

test('a long body is paid for by its length, a usual one is not', async () => {
  const { payForBody, paid } = guards();
  expect([await payForBody(BY, 4_096), await payForBody(BY, 262_144)]).toEqual([null, null]);
  expect(paid).toEqual([['from:here', 1_024]]);
});
