import { defaultPolicyOf, simulatedWorld } from './simulated-world';
import { demoDirectory } from '../subgraphs/practices/directory/demo-directory';

const connectionsOf = (odsCode: string) => simulatedWorld.connectionsOf(odsCode);
const CODES = Array.from({ length: 2_000 }, (_, serial) => `Z${String(serial).padStart(5, '0')}`);
const share = (test: (odsCode: string) => boolean) => CODES.filter(test).length / CODES.length;

describe('the simulated world', () => {
  it('has most practices open, some that have not opted in, and some closed', () => {
    expect(share((code) => defaultPolicyOf(code).status === 'OPEN')).toBeCloseTo(0.75, 1);
    expect(share((code) => defaultPolicyOf(code).status === 'NOT_OPTED_IN')).toBeCloseTo(0.17, 1);
    expect(share((code) => defaultPolicyOf(code).status === 'CLOSED')).toBeCloseTo(0.08, 1);
  });

  it('connects nine practices in ten to the network, and some not at all', () => {
    expect(share((code) => connectionsOf(code).some(({ route }) => route === 'NETWORK'))).toBeCloseTo(0.9, 1);
    expect(share((code) => connectionsOf(code).some(({ supplier }) => supplier === 'bars'))).toBeCloseTo(
      0.09,
      1,
    );
    expect(share((code) => connectionsOf(code).length === 0)).toBeCloseTo(0.05, 1);
    expect(share((code) => connectionsOf(code)[0]?.supplier === 'emis')).toBeCloseTo(0.475, 1);
  });

  it('answers the same each time', () => {
    expect(CODES.map(defaultPolicyOf)).toEqual(CODES.map(defaultPolicyOf));
    expect(CODES.map(connectionsOf)).toEqual(CODES.map(connectionsOf));
  });

  it('has the own practice of the case study open and connected both ways', () => {
    expect(defaultPolicyOf('Z90001')).toMatchObject({
      status: 'OPEN',
      ownPatients: true,
      otherPatients: true,
      ageInMonths: null,
    });
    expect(connectionsOf('Z90001')).toEqual([
      { supplier: 'emis', route: 'PATIENT_SESSION' },
      { supplier: 'gp-connect', route: 'NETWORK' },
    ]);
  });

  it('has at least ten other practices within ten miles of it that a child can be booked at', async () => {
    const { directory } = await demoDirectory();
    const bookable = directory.within(directory.practice('Z90001')!.location!, 10).filter(({ practice }) => {
      const { status, otherPatients, ageInMonths } = defaultPolicyOf(practice.odsCode);
      return (
        practice.odsCode !== 'Z90001' &&
        status === 'OPEN' &&
        otherPatients &&
        (ageInMonths === null || ageInMonths.from === 0) &&
        connectionsOf(practice.odsCode).some(({ route }) => route === 'NETWORK')
      );
    });
    expect(bookable.length).toBeGreaterThanOrEqual(10);
  });
});
