import { playCaseStudy, type CaseStudyFacts } from '../../demo/case-study';
import { demoIssuer } from '../../demo/issuer';
import { simulatorControl } from '../../demo/simulator-control';
import { manualTimers } from '../../domain/manual-timers';
import { hiveRouter } from '../federation/hive-router';
import { inOneProcess, overHttp, type GatewayUnderTest } from '../gateway-under-test';

describe.each([
  { where: 'in one process', start: () => inOneProcess({}, manualTimers()) },
  { where: 'over HTTP', start: () => overHttp(manualTimers()) },
  // What we publish is federation, and not something that our own gateway alone can execute.
  {
    where: 'over HTTP, by another federation router',
    start: () => overHttp(manualTimers()),
    by: hiveRouter,
  },
])('the case study of 2010, subgraphs $where', ({ start, by }) => {
  let gateway: GatewayUnderTest;
  let router: Awaited<ReturnType<typeof hiveRouter>> | undefined;
  let facts: CaseStudyFacts;

  beforeAll(async () => {
    gateway = await start();
    router = await by?.(gateway);
    facts = await playCaseStudy({
      graphqlUrl: `${router?.url ?? gateway.url}/graphql`,
      control: simulatorControl(gateway.simulators.controlUrl),
      issuer: await demoIssuer(gateway.config.dataDir),
      postcode: undefined,
      now: gateway.now,
    });
  });
  afterAll(async () => {
    await router?.close();
    await gateway.close();
  });

  test('the outcome is a GP within 6 hours, with a deadline and what to watch out for', () => {
    expect(facts.outcome.dispositionId).toBe('gp-6h');
    const hours = (Date.parse(facts.outcome.deadline) - gateway.now().getTime()) / 3_600_000;
    expect(hours).toBe(6);
    expect(facts.outcome.worseningAdvice.join(' ')).toContain('999');
  });

  test('his own practice has nothing left in time', () => {
    expect(facts.ownPractice.answer).toBe('NO_SLOTS_IN_TIME');
  });

  test('at least three practices within ten miles have times before the deadline, nearest first', () => {
    expect(facts.elsewhere.length).toBeGreaterThanOrEqual(3);
    const miles = facts.elsewhere.map(({ distanceMiles }) => distanceMiles);
    expect(miles).toEqual([...miles].sort((a, b) => a - b));
    for (const { distanceMiles, slots } of facts.elsewhere) {
      expect(distanceMiles).toBeLessThanOrEqual(10);
      for (const { startsAt } of slots)
        expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(facts.outcome.deadline));
    }
  });

  test('every practice in the radius is shown or counted', () => {
    const counted = facts.notOffered.reduce((sum, { practices }) => sum + practices, 0);
    expect(counted + facts.elsewhere.length).toBe(facts.practicesInRadius);
  });

  test('she sees a confirmed booking with its history', () => {
    expect(facts.booking.status).toBe('CONFIRMED');
    expect(facts.booking.reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(facts.booking.history).toEqual(['CHECKING', 'CONFIRMED']);
  });

  test("the supplier's own diary holds exactly that one appointment", () => {
    expect(facts.supplierDiary).toHaveLength(1);
    expect(facts.supplierDiary[0]).toMatchObject({ status: 'BOOKED', startsAt: facts.booking.startsAt });
  });

  test('no log line names anybody', () => {
    const logs = gateway.logged.join('\n');
    expect(gateway.logged.length).toBeGreaterThan(10);
    const patients = gateway.simulators.diary.appointments({}).map(({ patient }) => patient);
    expect(patients.length).toBeGreaterThan(0);
    for (const { nhsNumber, familyName, birthDate } of patients)
      for (const secret of [nhsNumber, familyName, birthDate, 'Rash and fever', '01632 960123'])
        expect(logs).not.toContain(secret);
  });
});
