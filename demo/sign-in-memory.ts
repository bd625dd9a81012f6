import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterPayload } from 'oidc-provider';

const MAX_KEPT = 10_000;

/** Keeps codes, sessions and grants of the sign-in provider in memory, bounded in number. */
export function signInMemory(): (name: string) => Adapter {
  const kept = new LRUCache<string, AdapterPayload>({ max: MAX_KEPT });
  return (name) => {
    const keyOf = (id: string) => `${name}:${id}`;
    const where = (fits: (payload: AdapterPayload) => boolean) =>
      Promise.resolve(
        [...kept.entries()].find(([key, payload]) => key.startsWith(`${name}:`) && fits(payload))?.[1],
      );
    return {
      upsert(id, payload, expiresIn) {
        kept.set(keyOf(id), payload, { ttl: expiresIn > 0 ? expiresIn * 1_000 : 0 });
        return Promise.resolve();
      },
      find: (id) => Promise.resolve(kept.get(keyOf(id))),
      findByUid: (uid) => where((payload) => payload.uid === uid),
      findByUserCode: (userCode) => where((payload) => payload.userCode === userCode),
      consume(id) {
        const payload = kept.get(keyOf(id));
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000);
        return Promise.resolve();
      },
      destroy(id) {
        kept.delete(keyOf(id));
        return Promise.resolve();
      },
      revokeByGrantId(grantId) {
        for (const [key, payload] of [...kept.entries()]) if (payload.grantId === grantId) kept.delete(key);
        return Promise.resolve();
      },
    };
  };
}
