import { loadContent } from '../content/load-content';
import type { AmendedAnswer } from './assessment-store';
import { handoverOf } from './handover';

const content = loadContent();
const at = (time: string) => new Date(`2026-12-02T${time}:00Z`);

function amended(decided: string | null, time: string): AmendedAnswer {
  return {
    questionId: 'emergency.screen',
    optionIds: ['fitting'],
    answeredAt: at(time),
    amendedAt: at('12:00'),
    revision: 2,
    change: 'CHANGED',
    decided,
    confirmed: true,
  };
}

it.each([
  ['nothing where nothing was urgent', [amended('gp-6h', '10:02'), amended(null, '10:03')], null, []],
  [
    'the emergency that was taken back last',
    [amended('ambulance', '10:02'), amended('ed-1h', '10:05'), amended('gp-6h', '10:06')],
    null,
    ['Told A&E at 10:05am, then changed that answer.'],
  ],
  [
    'one that was told of before',
    [],
    { at: at('09:40'), dispositionId: 'ambulance' },
    ['Told 999 at 9:40am.'],
  ],
  [
    'both, what was taken back first',
    [amended('ambulance', '10:02')],
    { at: at('09:40'), dispositionId: 'ed-1h' },
    ['Told 999 at 10:02am, then changed that answer.', 'Told A&E at 9:40am.'],
  ],
])('tells the clinician %s', (_, amendedAnswers, earlierEmergency, sentences) => {
  expect(handoverOf({ amendedAnswers, earlierEmergency }, content)).toEqual(sentences);
});

it('fits beside a booking in the book that takes least', () => {
  const all = handoverOf(
    {
      amendedAnswers: [amended('ambulance', '22:52')],
      earlierEmergency: { at: at('22:40'), dispositionId: 'ed-1h' },
    },
    content,
  );
  expect(all.join(' ').length).toBeLessThanOrEqual(79);
});
