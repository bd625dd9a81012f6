import { expect } from 'expect';
import { Manifest } from '../../gp-system';
import type { Requirement } from '../requirement';

export const manifestRequirements: readonly Requirement[] = [
  {
    level: 'L0',
    id: 'manifest.valid',
    title: 'declares its supplier’s capabilities in a valid manifest',
    run({ system }) {
      expect(Manifest.parse(system.manifest)).toEqual(system.manifest);
      return Promise.resolve();
    },
  },
  {
    level: 'L0',
    id: 'manifest.operations',
    title: 'has the operations that its manifest declares, and no other',
    run({ system, manifest }) {
      // Reading back and cancelling are always there and refuse where they are not declared (L2).
      expect(system.changes !== undefined).toBe(manifest.capabilities.changeFeed !== 'none');
      return Promise.resolve();
    },
  },
];
