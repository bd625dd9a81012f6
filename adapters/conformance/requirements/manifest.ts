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
];
