import { tableOf } from './answer-table';

describe('tableOf', () => {
  it('makes a row of each item and a column of each nested field', () => {
    const edges = [
      { distanceMiles: 0, node: { odsCode: 'Z90001', address: { postcode: 'WY1 1AA' } } },
      { distanceMiles: 1.5, node: { odsCode: 'Z90002', address: { postcode: 'WY1 5HX' } } },
    ];
    expect(tableOf(edges)).toEqual({
      columns: ['distanceMiles', 'node.odsCode', 'node.address.postcode'],
      rows: [
        [0, 'Z90001', 'WY1 1AA'],
        [1.5, 'Z90002', 'WY1 5HX'],
      ],
    });
  });

  it('makes a column of each name in a list of named values', () => {
    const rows = [
      {
        labels: [
          { __typename: 'Label', dimension: 'WEEK', value: '2026-11-02' },
          { __typename: 'Label', dimension: 'PATHWAY', value: 'cough' },
        ],
        codes: [{ system: 'Read code', code: '1' }],
      },
      {
        labels: [{ __typename: 'Label', dimension: 'PATHWAY', value: 'fever' }],
        codes: [{ system: 'Read code', code: '2' }],
      },
      { labels: [], codes: [] },
    ];
    expect(tableOf(rows)).toEqual({
      columns: ['WEEK', 'PATHWAY', 'codes.Read code'],
      rows: [
        ['2026-11-02', 'cough', '1'],
        ['', 'fever', '2'],
        ['', '', ''],
      ],
    });
  });

  it('keeps the path of a name that is a field already', () => {
    expect(tableOf([{ WEEK: 1, labels: [{ dimension: 'WEEK', value: 2 }] }])).toEqual({
      columns: ['WEEK', 'labels.WEEK'],
      rows: [[1, 2]],
    });
  });

  it('joins the fields of other lists, each in a column, and keeps their order and gaps', () => {
    const history = [
      { at: '2026-11-02T09:00Z', status: 'HELD', by: null },
      { at: '2026-11-02T09:05Z', status: 'CONFIRMED', by: 'PATIENT' },
    ];
    const slots = [{ modes: ['VIDEO', 'TELEPHONE'] }, { modes: ['IN_PERSON'] }];
    expect(tableOf([{ history, slots }])).toEqual({
      columns: ['history.at', 'history.status', 'history.by', 'slots.modes'],
      rows: [
        [
          '2026-11-02T09:00Z; 2026-11-02T09:05Z',
          'HELD; CONFIRMED',
          '; PATIENT',
          'VIDEO; TELEPHONE | IN_PERSON',
        ],
      ],
    });
  });

  it('makes no column of what a list says once', () => {
    const answers = [
      { options: [{ key: 'itch', text: 'It itches' }] },
      { options: [{ key: 'hot', text: 'Hot' }] },
    ];
    expect(tableOf(answers)).toEqual({
      columns: ['options.key', 'options.text'],
      rows: [
        ['itch', 'It itches'],
        ['hot', 'Hot'],
      ],
    });
  });

  it('takes no times for names', () => {
    expect(
      tableOf([
        {
          history: [
            { at: '09:00', status: 'HELD' },
            { at: '09:05', status: 'GONE' },
          ],
        },
      ]),
    ).toEqual({
      columns: ['history.at', 'history.status'],
      rows: [['09:00; 09:05', 'HELD; GONE']],
    });
  });

  it('has no second, empty column for what is an object or a list in another row', () => {
    expect(
      tableOf([
        { moved: null, slots: [] },
        { moved: { mode: 'VIDEO' }, slots: [{ id: '1', at: '2', in: '3' }] },
      ]),
    ).toEqual({
      columns: ['moved.mode', 'slots.id', 'slots.at', 'slots.in'],
      rows: [
        ['', '', '', ''],
        ['VIDEO', '1', '2', '3'],
      ],
    });
  });

  it('says of what kind an item is where there are several', () => {
    expect(
      tableOf([
        { __typename: 'A', x: 1 },
        { __typename: 'B', x: 2 },
      ]).columns,
    ).toEqual(['__typename', 'x']);
    expect(
      tableOf([
        { __typename: 'A', x: 1 },
        { __typename: 'A', x: 2 },
      ]).columns,
    ).toEqual(['x']);
  });

  it('keeps the row of an item that could not be answered', () => {
    expect(tableOf([{ id: 'a' }, null, { id: 'c' }]).rows).toEqual([['a'], [''], ['c']]);
  });
});
