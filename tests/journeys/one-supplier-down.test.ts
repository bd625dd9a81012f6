import { z } from 'zod';
import type { Fault } from '../../adapters/simulator/injected-faults';
import { manualTimers, type ManualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { checkSymptoms, newFamily, Options, OPTIONS, WITHIN_A_DAY } from '../patient-journey';

/** Calls the own practice's supplier first: once, and the network many times, which opens the breaker. */
const SUPPLIERS = ['emis', 'gp-connect'] as const;
/** Longest time, in milliseconds, that the search may wait for suppliers. */
const WAIT = 2_000;

interface Trouble {
  name: string;
  outcome: RegExp;
  begin(gateway: GatewayUnderTest, supplier: string): Promise<void>;
}

const TROUBLES: Trouble[] = [
  {
    name: 'is down',
    outcome: /^(UNAVAILABLE|CIRCUIT_OPEN)$/,
    begin: ({ simulators }, supplier) => simulators.down(supplier),
  },
  {
    name: 'answers 500',
    outcome: /^(UNAVAILABLE|CIRCUIT_OPEN)$/,
    begin: fault({ kind: 'server-error', status: 500, afterCommit: false }),
  },
  {
    name: 'hangs',
    outcome: /^(TIMED_OUT|CIRCUIT_OPEN)$/,
    begin: fault({ kind: 'held', afterCommit: false }),
  },
  { name: 'answers with a web page', outcome: /^UNAVAILABLE$/, begin: fault({ kind: 'html-200' }) },
  { name: 'breaks off', outcome: /^(UNAVAILABLE|CIRCUIT_OPEN)$/, begin: fault({ kind: 'truncated' }) },
];

function fault(kind: Fault): Trouble['begin'] {
  return ({ simulators }, supplier) => {
    simulators.faults.add({ supplier, fault: kind });
    return Promise.resolve();
  };
}

describe.each(TROUBLES)('when a supplier $name', ({ outcome, begin }) => {
  let gateway: GatewayUnderTest;
  let family: Awaited<ReturnType<typeof newFamily>>;
  let timers: ManualTimers;

  /** Lets time pass where nothing but suppliers that hang is waited for, until there is an answer. */
  async function letTimePassFor<T>(answer: Promise<T>): Promise<T> {
    const { faults } = gateway.simulators;
    let isThere = false;
    const end = () => (isThere = true);
    answer.then(end, end);
    await eventually('the options are answered', () => {
      // Each has two times that end: the caller's, and the supplier's own.
      const waiting = 2 * faults.held();
      if (waiting > 0 && timers.waiting === waiting) {
        while (timers.waiting === waiting) timers.advance(10);
        faults.release();
      }
      return isThere;
    });
    return answer;
  }

  beforeAll(async () => {
    timers = manualTimers();
    gateway = await inOneProcess({}, timers);
    family = await newFamily(gateway);
  });
  afterAll(() => gateway.close());

  describe.each(SUPPLIERS)('%s', (supplier) => {
    let elapsed: number;
    let text: string;
    let options: Options;

    beforeAll(async () => {
      const { id } = await checkSymptoms(family.ask, family.son, WITHIN_A_DAY);
      await begin(gateway, supplier);
      const started = timers.elapsedMs();
      const answer = await letTimePassFor(family.ask(OPTIONS, { id, because: 'AWAY_FROM_HOME', wait: WAIT }));
      elapsed = timers.elapsedMs() - started;
      gateway.simulators.faults.clear();
      await gateway.simulators.up(supplier);
      expect(answer).toMatchObject({ status: 200, errors: [] });
      text = answer.text;
      options = optionsOf(answer.data);
    });

    it('leaves the options inside their time', () => {
      expect(elapsed).toBeLessThanOrEqual(WAIT);
    });

    it('is named, with the fault', () => {
      const report = options.supplierReports.find(({ supplier: { id } }) => id === supplier)!;
      expect(report.outcome).toMatch(outcome);
      expect(report.practicesAnswered).toBe(0);
      expect(report.practicesAsked).toBeGreaterThan(0);
      expect(options.complete).toBe(false);
    });

    it('does not hide the own practice, which has its own result', () => {
      const { practice, answer } = options.ownPractice!;
      expect(practice.odsCode).toBe('Z90001');
      expect(practice.name).not.toBe('');
      expect(answer).toMatch(supplier === 'emis' ? /^SUPPLIER_(FAILED|TIMED_OUT)$/ : /^SLOTS$/);
      expect(options.fallbackAdvice).not.toBe('');
    });

    it('does not take away the others: every practice in the radius is shown or counted', () => {
      const counted = options.notOffered.reduce((sum, { practices }) => sum + practices, 0);
      expect(counted + options.elsewhere.length).toBe(options.practicesInRadius);
      const reasons = options.notOffered.map(({ reason }) => reason).join();
      if (supplier === 'emis') expect(options.elsewhere.length).toBeGreaterThan(0);
      else expect(reasons).toMatch(/SUPPLIER_(FAILED|TIMED_OUT)/);
    });

    it('is not quoted, and nobody is named, in the answer or the log', () => {
      const logs = gateway.logged.join('\n');
      for (const said of [text, logs]) {
        expect(said).not.toMatch(/<html|Maintenance|Back soon/i);
        for (const { nhsNumber, familyName, linkage } of [family.mother, family.son])
          for (const secret of [nhsNumber, familyName, linkage!.key, family.token])
            expect(said).not.toContain(secret);
      }
      expect(text).not.toMatch(/ECONN|socket|127\.0\.0\.1|HTTP status/);
    });
  });
});

const Found = z.object({ assessment: z.object({ appointmentOptions: Options }) });

function optionsOf(data: unknown): Options {
  return Found.parse(data).assessment.appointmentOptions;
}
