import { answerTable } from './answer-table';

describe('answerTable', () => {
  it('makes a row of each item and a column of each nested field', () => {
    const edges = [
      { distanceMiles: 0, node: { odsCode: 'Z90001', address: { postcode: 'WY1 1AA' } } },
      { distanceMiles: 1.5, node: { odsCode: 'Z90002', address: { postcode: 'WY1 5HX' } } },
    ];
    expect(answerTable({ data: { practicesNear: { edges } } })).toEqual({
      columns: ['distanceMiles', 'node.odsCode', 'node.address.postcode'],
      rows: [
        ['0', 'Z90001', 'WY1 1AA'],
        ['1.5', 'Z90002', 'WY1 5HX'],
      ],
    });
  });

  it('takes the list that is furthest out, the first of several', () => {
    const answer = {
      own: { slots: [{ id: 'inner' }] },
      elsewhere: [{ id: 'outer' }],
      others: [{ id: 'second' }],
    };
    expect(answerTable({ data: answer })).toEqual({ columns: ['id'], rows: [['outer']] });
  });

  it('joins plain lists, counts lists of objects and leaves null and missing fields empty', () => {
    const items = [
      { modes: ['VIDEO', 'TELEPHONE'], slots: [{ id: '1' }, { id: '2' }], age: null },
      { modes: [] },
    ];
    expect(answerTable({ data: { items } })).toEqual({
      columns: ['modes', 'slots (how many)', 'age'],
      rows: [
        ['VIDEO; TELEPHONE', '2', ''],
        ['', '', ''],
      ],
    });
  });

  it.each([
    [null],
    [{ data: { practice: { name: 'Headland Row Surgery', modes: ['VIDEO'] } } }],
    [{ data: { none: [] } }],
  ])('finds nothing to show in %j', (answer) => {
    expect(answerTable(answer)).toBeNull();
  });
});
