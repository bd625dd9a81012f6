import type { DirectoryFeed } from '../directory/directory-feed';
import type { SupplierConnection, PracticeDefaults } from '../practice-defaults';

export interface Connections {
  of(odsCode: string): SupplierConnection[];
}

/** Reads connections from the directory, once it has any. */
export function connectionsIn(feed: Pick<DirectoryFeed, 'current'>, world: PracticeDefaults): Connections {
  return {
    of(odsCode) {
      const directory = feed.current();
      if (!directory.hasGpSystems) return world.connectionsOf(odsCode);
      const { patientSession = null, network = null } = directory.gpSystem(odsCode) ?? {};
      return [
        ...(patientSession === null ? [] : [{ supplier: patientSession, route: 'PATIENT_SESSION' as const }]),
        ...(network === null ? [] : [{ supplier: network, route: 'NETWORK' as const }]),
      ];
    },
  };
}
