import pino from 'pino';
import { OdsCode } from '../domain/ods-code';
import { Manifest } from './gp-system';
import { createGpSystems, suppliers } from './registry';
import { simulators } from './start-simulators';

describe('the registry of suppliers', () => {
  it('names every supplier as its manifest does', () => {
    expect(Object.values(suppliers).map(({ manifest }) => Manifest.parse(manifest).id)).toEqual(
      Object.keys(suppliers),
    );
  });

  it('has a simulator for every supplier', () => {
    expect(Object.keys(simulators)).toEqual(Object.keys(suppliers));
  });

  it('makes the adapters that have settings, and no other', () => {
    const consumer = {
      odsCode: OdsCode.parse('X26'),
      name: 'Gateway',
      type: 'urgent-care',
      phone: '0',
      asid: '1',
    };
    const settings = { tpp: { url: 'http://127.0.0.1:1' } };
    const systems = createGpSystems({
      suppliers: settings,
      consumer,
      logger: pino({ level: 'silent' }),
      now: () => new Date(),
    });
    expect([...systems].map(([id, { manifest }]) => [id, manifest.id])).toEqual([['tpp', 'tpp']]);
  });
});
