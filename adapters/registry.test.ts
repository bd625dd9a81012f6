import pino from 'pino';
import { CONSUMER } from './conformance/gp-system-at';
import { createGpSystems, supplierIds, supplierNamed, suppliers } from './registry';

describe('the registry of suppliers', () => {
  it('lists every supplier once', () => {
    expect(new Set(supplierIds).size).toBe(supplierIds.length);
    expect(new Set(suppliers.map(({ simulatorPort }) => simulatorPort)).size).toBe(supplierIds.length);
  });

  it('makes the GP systems that have settings, and no other', () => {
    const systems = createGpSystems({
      suppliers: { tpp: { url: 'http://127.0.0.1:1' } },
      consumer: CONSUMER,
      logger: pino({ level: 'silent' }),
      now: () => new Date('2026-07-01T11:00:00Z'),
    });
    expect([...systems].map(([id, { manifest }]) => [id, manifest.id])).toEqual([['tpp', 'tpp']]);
  });

  it('says which suppliers there are when another is named', () => {
    expect(() => supplierNamed('nobody')).toThrow(/choose one of .*emis.*gp-connect.*tpp/);
  });
});
