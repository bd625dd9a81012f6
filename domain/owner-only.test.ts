import { chmodSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeFileToOthers, makeOwnerOnlyFile, makeOwnerOnlyFolder } from './owner-only';

let above: string;
beforeEach(() => (above = mkdtempSync(join(tmpdir(), 'gp-booking-'))));

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

it('makes folders and files that nobody else reads, whatever the umask', () => {
  const before = process.umask(0);
  try {
    makeOwnerOnlyFolder(join(above, 'a', 'b'));
    makeOwnerOnlyFile(join(above, 'a', 'b', 'file'));
  } finally {
    process.umask(before);
  }
  expect(['a', 'a/b', 'a/b/file'].map((path) => modeOf(join(above, path)))).toEqual(['700', '700', '600']);
});

it('puts right what others may read, and leaves alone what many share, what is elsewhere and what is not there', () => {
  const [folder, shared, file, link] = ['folder', 'shared', 'file', 'link'].map((name) => join(above, name));
  mkdirSync(folder!, { mode: 0o755 });
  mkdirSync(shared!);
  chmodSync(shared!, 0o1777);
  writeFileSync(file!, 'kept', { mode: 0o644 });
  makeOwnerOnlyFolder(folder!);
  makeOwnerOnlyFolder(shared!);
  symlinkSync('/etc/passwd', link!);
  closeFileToOthers(link!);
  closeFileToOthers(join(above, 'missing'));
  makeOwnerOnlyFile(file!);
  expect([folder!, shared!, file!].map(modeOf)).toEqual(['700', '1777', '600']);
  expect(modeOf('/etc/passwd')).toBe('644');
});
