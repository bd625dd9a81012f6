import { testDatabases } from '../../../tests/databases';
import { keptChecks } from '../../../tests/kept-checks';
import { caseStudyUntil } from '../../../tests/triage-case-study';
import { CalendarDate } from '../../../domain/london-time';

const NOON = new Date('2026-11-24T12:00:00Z');
const HOUR = 60 * 60_000;
const BORN = CalendarDate.parse('2020-06-01');

describe.each(testDatabases())('symptom checks, for whoever books, on $name', ({ settings }) => {
  let kept: Awaited<ReturnType<typeof keptChecks>>;
  let now = NOON;
  beforeAll(async () => {
    kept = await keptChecks(await settings(), () => now);
  });
  beforeEach(() => {
    now = NOON;
  });
  afterAll(() => kept.close());

  const answered = (questionId: string, optionId: string) =>
    caseStudyUntil(questionId, [optionId]).map(({ optionIds, ...answer }) => ({
      ...answer,
      optionIds: [...optionIds],
      answeredAt: NOON,
    }));

  it('have the outcome, its deadline and the person', async () => {
    const { digest, record } = await kept.keep(BORN);
    expect(await kept.checks.find(digest)).toEqual({
      pathwayId: 'child-rash',
      subject: record.subject,
      expiresAt: new Date(NOON.getTime() + 4 * HOUR),
      result: {
        kind: 'OUTCOME',
        dispositionId: 'gp-6h',
        title: expect.stringMatching(/\w/) as string,
        deadline: new Date(NOON.getTime() + 6 * HOUR),
      },
      handover: [],
    });
  });

  it('have what an answer that was changed makes of it, at once', async () => {
    const { digest, record } = await kept.keep(BORN);
    const change = async (revision: number, questionId: string, optionId: string) => {
      const answers = answered(questionId, optionId);
      expect(await kept.store.replaceAnswers({ ...record, revision, answers }, null)).toBe(true);
      return (await kept.checks.find(digest))?.result;
    };
    expect(await change(1, 'emergency.screen', 'fitting')).toMatchObject({ dispositionId: 'ambulance' });
    expect(await change(2, 'child-rash.fever', 'yes')).toEqual({ kind: 'UNFINISHED' });
  });

  it('are off with their switch', async () => {
    const { digest } = await kept.keep(BORN);
    const flip = (off: boolean) =>
      kept.switches.set({ pathwayId: 'child-rash', off, reason: 'test', by: 'operator' });
    await flip(true);
    expect((await kept.checks.find(digest))?.result).toMatchObject({ kind: 'SWITCHED_OFF' });
    await flip(false);
    expect((await kept.checks.find(digest))?.result.kind).toBe('OUTCOME');
  });

  it('are off with the switch of a pathway that they were led to, so that nothing is booked on them', async () => {
    const { digest } = await kept.keep(BORN, kept.throughFever());
    expect((await kept.checks.find(digest))?.result).toMatchObject({ dispositionId: 'gp-6h' });
    const flip = (off: boolean) =>
      kept.switches.set({ pathwayId: 'child-rash', off, reason: 'test', by: 'operator' });
    await flip(true);
    expect((await kept.checks.find(digest))?.result).toMatchObject({ kind: 'SWITCHED_OFF' });
    await flip(false);
    expect((await kept.checks.find(digest))?.result.kind).toBe('OUTCOME');
  });

  it('are not there for another digest, when they are not kept any more, or on an edition that is gone', async () => {
    const { digest } = await kept.keep(BORN);
    expect(await kept.checks.find('somebody else’s')).toBeNull();
    expect(await kept.checks.find('')).toBeNull();
    const { digest: withdrawn } = await kept.keep(BORN, { contentHash: 'an edition that was never kept' });
    expect(await kept.checks.find(withdrawn)).toBeNull();
    now = new Date(NOON.getTime() + 8 * 24 * HOUR);
    expect(await kept.checks.find(digest)).toBeNull();
  });
});
