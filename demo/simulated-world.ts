import { CASE_STUDY_PRACTICE } from './people';
import { contractQuota, NOT_OPTED_IN, type ReleasePolicy } from '../domain/release-policy';
import type { SupplierConnection, PracticeDefaults } from '../subgraphs/practices/practice-defaults';

/**
 * Release rules and connections of practices when suppliers are simulated: derived from the ODS code alone, the
 * same in every process and on every day. Nothing here says anything about a real practice. The own practice of the
 * case study is always open and always reachable both ways.
 */
export const simulatedWorld: PracticeDefaults = { connectionsOf };

const OPEN: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE'],
  dispositionIds: ['gp-2h', 'gp-6h', 'gp-12h', 'gp-24h', 'gp-speak-1h', 'own-gp-3wd', 'own-gp-routine'],
  slotTypes: ['111 urgent', 'Routine', 'Telephone triage'],
  ageInMonths: null,
  dailyQuota: 3,
  takeBackMinutes: 30,
  minimumNoticeMinutes: 15,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
  closures: [],
};

const CHILDREN_ONLY = { from: 0, below: 18 * 12 };
const ADULTS_ONLY = { from: 16 * 12, below: null };

/** About three in four are open, one in six has not opted in, one in twelve has closed its book. */
export function defaultPolicyOf(odsCode: string): ReleasePolicy {
  if (odsCode === CASE_STUDY_PRACTICE) return OPEN;
  const status = draw(odsCode, 'status', 12);
  if (status < 2) return NOT_OPTED_IN;
  return {
    ...OPEN,
    ...(status === 2 && { status: 'CLOSED', closedTo: 'EVERYBODY' }),
    modes: draw(odsCode, 'video', 3) === 0 ? [...OPEN.modes, 'VIDEO'] : OPEN.modes,
    ageInMonths: agesOf(odsCode),
    dailyQuota: contractQuota(2_000 + draw(odsCode, 'list', 13) * 1_000),
  };
}

const NETWORK: SupplierConnection = { supplier: 'gp-connect', route: 'NETWORK' };
const BY_MESSAGES: SupplierConnection = { supplier: 'bars', route: 'NETWORK' };

/** Nine in ten have the network route, one in ten of these by BaRS; one in twenty is not connected at all. */
function connectionsOf(odsCode: string): SupplierConnection[] {
  if (odsCode === CASE_STUDY_PRACTICE) return [{ supplier: 'emis', route: 'PATIENT_SESSION' }, NETWORK];
  const connected = draw(odsCode, 'connection', 20);
  if (connected === 0) return [];
  const system = draw(odsCode, 'system', 2) === 0 ? 'emis' : 'tpp';
  const own: SupplierConnection = { supplier: system, route: 'PATIENT_SESSION' };
  if (connected === 1) return [own];
  return [own, draw(odsCode, 'network', 10) === 0 ? BY_MESSAGES : NETWORK];
}

function agesOf(odsCode: string): ReleasePolicy['ageInMonths'] {
  const ages = draw(odsCode, 'ages', 8);
  if (ages === 0) return CHILDREN_ONLY;
  return ages === 1 ? ADULTS_ONLY : null;
}

/** A number from 0 to `sides - 1` that depends on code and question alone (FNV-1a, 32 bit). */
function draw(odsCode: string, question: string, sides: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${question}:${odsCode}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  // The low bits of FNV are weak: mix before taking the remainder.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % sides;
}
