import type { StatisticsQuestion } from './statistics-question';

/**
 * Path of the website's page that asks a question: `/insight/answer?measures=SEARCHES&by=PERIOD,SEX&grain=MONTH&from=…&to=…`,
 * with `where=SEX:Female` for each value of a filter. A question names no person, so it may stand in an address.
 */
export function questionPath({ measures, by, period, where, fill }: StatisticsQuestion): string {
  const { grain, from, to } = period;
  const query = new URLSearchParams({ measures: measures.join(','), by: by.join(','), grain, from, to });
  for (const { dimension, in: values } of where)
    for (const value of values) query.append('where', `${dimension}:${value}`);
  if (!fill) query.set('fill', 'no');
  return `/insight/answer?${query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
}
