import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { supplierNamed } from '../registry';
import { Certificate } from './certificate';
import { certificatePage } from './certificate-page';
import { requirements } from './requirements';
import { connectionIn, supplierPage, suppliersTable } from './supplier-pages';

const ROOT = join(__dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
/** A supplier has its page once it is published. */
const certificates = new Map(
  readdirSync(join(ROOT, 'docs', 'suppliers'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => Certificate.parse(JSON.parse(read('docs', 'suppliers', file))))
    .map((certificate) => [certificate.supplier, certificate]),
);
const HINT = 'npm run adapter:conform -- --all --publish';

/** The published pages speak of the adapters as they are; where not, they have to be written anew. */
describe.each([...certificates.values()])('the published page of $name', (certificate) => {
  const { manifest } = supplierNamed(certificate.supplier);

  it('has the manifest, the requirements and the highest level of today', () => {
    expect([HINT, certificate.manifest]).toEqual([HINT, manifest]);
    expect(certificate.results.map(({ id }) => id)).toEqual(requirements.map(({ id }) => id));
    expect(certificate.level).toBe('L4');
  });

  it('gives a reason for everything that was not tried or not kept', () => {
    const unexplained = certificate.results.filter(({ outcome, reason }) => outcome !== 'PASSED' && !reason);
    expect(unexplained).toEqual([]);
  });

  it('follows from the certificate and the README', () => {
    const connection = connectionIn(read('adapters', manifest.id, 'README.md'), manifest.id);
    expect(read('docs', 'suppliers', `${manifest.id}.md`)).toBe(supplierPage(certificate, connection));
    expect(read('docs', 'suppliers', `${manifest.id}.html`)).toBe(certificatePage(certificate));
  });
});

test('the table has every supplier', () => {
  expect(read('docs', 'suppliers', 'README.md')).toBe(suppliersTable([...certificates.values()]));
});
