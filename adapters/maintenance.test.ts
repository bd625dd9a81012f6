import { maintenanceEnd } from './maintenance';

const SUNDAY = { day: 'SUNDAY', from: '02:00', until: '04:00' } as const;
const at = (text: string) => new Date(text);

it.each([
  ['before it', '2026-07-05T00:59:59Z', null],
  ['as it begins, by summer time', '2026-07-05T01:00:00Z', '2026-07-05T03:00:00Z'],
  ['in its last second', '2026-07-05T02:59:59Z', '2026-07-05T03:00:00Z'],
  ['as it ends', '2026-07-05T03:00:00Z', null],
  ['on another day', '2026-07-06T01:30:00Z', null],
  ['in winter', '2026-12-06T02:30:00Z', '2026-12-06T04:00:00Z'],
  ['in the night in which an hour is missing', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00Z'],
  ['in the night in which an hour comes twice', '2026-10-25T02:00:00Z', '2026-10-25T04:00:00Z'],
])('a weekly window, %s', (_, now, until) => {
  expect(maintenanceEnd([SUNDAY], at(now))).toEqual(until === null ? null : at(until));
});

it('is one window where one follows another, as across midnight', () => {
  const windows = [
    { day: 'SATURDAY', from: '23:00', until: '24:00' },
    { day: 'SUNDAY', from: '00:00', until: '01:00' },
  ] as const;
  expect(maintenanceEnd([...windows], at('2026-07-04T22:30:00Z'))).toEqual(at('2026-07-05T00:00:00Z'));
});

it('ends although it is always', () => {
  const always = { from: '00:00', until: '24:00' } as const;
  const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
  const windows = days.map((day) => ({ day, ...always }));
  expect(maintenanceEnd(windows, at('2026-07-04T22:30:00Z'))).toBeInstanceOf(Date);
});
