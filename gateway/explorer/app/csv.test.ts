import { csv } from './csv';

describe('csv', () => {
  it('quotes every cell, doubles quotes and ends lines as RFC 4180 does', () => {
    expect(csv({ columns: ['name', 'note'], rows: [['A, B', 'says "no"']] })).toBe(
      '"name","note"\r\n"A, B","says ""no"""\r\n',
    );
  });

  it.each(['=1+1', '+44 1632 960001 ext', '-cmd', '@SUM(A1)', '\tx'])(
    'takes the formula out of %j',
    (cell) => {
      expect(csv({ columns: [], rows: [[cell]] })).toContain(`"'${cell}"`);
    },
  );

  it('leaves a negative number a number', () => {
    expect(csv({ columns: [], rows: [['-1.5486']] })).toContain('"-1.5486"');
  });
});
