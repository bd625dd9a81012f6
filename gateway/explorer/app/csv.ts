import type { AnswerTable } from './answer-table';

/** RFC 4180, safe to open in a spreadsheet. */
export function csv({ columns, rows }: AnswerTable): string {
  return [columns, ...rows].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** A spreadsheet runs text that begins like a formula (OWASP, CSV injection); a number may begin with a sign. */
function quoted(cell: string): string {
  const formula = /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell));
  return `"${formula ? "'" : ''}${cell.replaceAll('"', '""')}"`;
}
