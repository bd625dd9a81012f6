import nunjucks from 'nunjucks';
import type { Report } from './report';

/** Renders a report to one file that loads nothing. @param folder the built website */
export function reportFile(
  report: Report,
  { folder, isDemonstration }: { folder: string; isDemonstration: boolean },
): string {
  const views = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), { autoescape: true });
  return views.render('insight/views/report-file.njk', { title: report.title, report, isDemonstration });
}
