import { inWords, readAnswer } from './read-answer';

const read = (answer: unknown) => readAnswer(JSON.stringify(answer), new Set(['NotAllowed']));
const tables = (answer: unknown) => {
  const answered = read(answer);
  return answered.kind === 'answered' ? answered.tables : [];
};

describe('readAnswer', () => {
  it('keeps every list, under its path, and everything outside lists', () => {
    const data = {
      practicesNear: {
        __typename: 'PracticeNearConnection',
        totalCount: 2,
        edges: [{ cursor: 'a' }],
        elsewhere: { slots: [{ id: '1' }] },
        modes: ['VIDEO', 'TELEPHONE'],
      },
    };
    expect(read({ data })).toEqual({
      kind: 'answered',
      errors: [],
      problems: [],
      empty: [],
      facts: [
        ['practicesNear.totalCount', 2],
        ['practicesNear.modes', 'VIDEO; TELEPHONE'],
      ],
      tables: [
        { name: 'practicesNear.edges', columns: ['cursor'], rows: [['a']] },
        { name: 'practicesNear.elsewhere.slots', columns: ['id'], rows: [['1']] },
      ],
    });
  });

  it('shows statistics that are a flat table under their titles, with their units', () => {
    const statistics = {
      __typename: 'StatisticsTable',
      columns: [
        { name: 'week', title: 'Week', kind: 'DIMENSION', unit: null },
        { name: 'bookings', title: 'Bookings', kind: 'MEASURE', unit: 'bookings' },
        { name: 'miles', title: 'Distance', kind: 'MEASURE', unit: 'miles' },
      ],
      rows: [
        ['2026-11-02', '25', '1.5'],
        ['2026-11-09', '*', null],
      ],
      dataUpTo: '2026-11-15',
    };
    expect(read({ data: { statistics } })).toMatchObject({
      facts: [['statistics.dataUpTo', '2026-11-15']],
      tables: [
        {
          name: 'statistics',
          columns: ['Week', 'Bookings (bookings)', 'Distance (miles)'],
          rows: [
            ['2026-11-02', '25', '1.5'],
            ['2026-11-09', '*', ''],
          ],
        },
      ],
    });
    expect(inWords(read({ data: { statistics } }))).toEqual([
      '* stands for a number that is withheld because it is small. It is not 0.',
    ]);
    expect(inWords(read({ data: { statistics: { ...statistics, rows: [] } } }))).toEqual([
      'statistics is an empty list: the operation ran and found nothing.',
    ]);
  });

  it('takes neither errors nor a problem for the list that was asked for', () => {
    expect(tables({ errors: [{ message: 'No.' }, { message: 'Neither.' }] })).toEqual([]);
    const fields = [{ path: 'from', code: 'NOT_A_DATE', message: 'Write 2026-11-01.' }];
    expect(
      tables({
        data: { statistics: { __typename: 'InvalidInput', fields, code: 'INVALID_INPUT', message: 'No.' } },
      }),
    ).toEqual([]);
  });
});

describe('inWords', () => {
  const error = {
    message: 'Something went wrong.',
    path: ['searchPractices', 1, 'phone'],
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
  const data = { searchPractices: [{ odsCode: 'Z1' }, { odsCode: 'Z2' }] };
  const problem = { __typename: 'NotAllowed', code: 'NOT_ALLOWED', message: 'Analysts alone may ask.' };
  const inError = 'Error at searchPractices.row 2.phone: Something went wrong. (INTERNAL_SERVER_ERROR)';

  it.each<[string, unknown, string[]]>([
    ['rows alone', { data }, []],
    [
      'rows beside an error',
      { errors: [error], data },
      ['Part of the answer failed. What was answered is below.', inError],
    ],
    [
      'an error alone',
      { errors: [error], data: null },
      ['The request failed, and nothing was answered.', inError],
    ],
    [
      'a problem',
      { data: { statistics: problem } },
      ['statistics was not answered: NotAllowed, NOT_ALLOWED: Analysts alone may ask.'],
    ],
    [
      'a problem deep inside, that carries a list',
      {
        data: {
          assessment: {
            options: {
              ...problem,
              __typename: 'InvalidInput',
              fields: [{ path: 'from', message: 'Too early.' }],
            },
          },
        },
      },
      [
        'assessment.options was not answered: InvalidInput, NOT_ALLOWED: Analysts alone may ask. (path from, message Too early.)',
      ],
    ],
    [
      'a problem by its name alone',
      { data: { x: { __typename: 'NotAllowed' } } },
      ['x was not answered: NotAllowed'],
    ],
    [
      'an empty list',
      { data: { searchPractices: [] } },
      ['searchPractices is an empty list: the operation ran and found nothing.'],
    ],
    ['nothing at all', { data: {} }, ['The operation ran, and its answer holds no value.']],
  ])('says of %s what it is', (_name, answer, words) => {
    expect(inWords(read(answer))).toEqual(words);
  });

  it('tells no run from an answer that cannot be read', () => {
    expect(inWords(readAnswer(' '))).toEqual([expect.stringContaining('Nothing has been run')]);
    expect(inWords(readAnswer('<html>'))).toEqual([expect.stringContaining('is not an answer')]);
  });
});
