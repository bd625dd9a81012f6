import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENT_FOLDER, loadContent } from '../load-content';
import type { Content } from '../content';
import { corpusPage, corpusReport, readCorpus } from './own-words-corpus';

const NOW = new Date('2026-11-23T12:00:00Z');
const corpus = readCorpus(CONTENT_FOLDER);
const content = loadContent();

it('has at least 400 phrases, and a part that nobody tuned the words by', () => {
  const phrases = [...corpus.values()].flat();
  expect(phrases.length).toBeGreaterThanOrEqual(400);
  expect(corpus.get('held-out')!.length).toBeGreaterThanOrEqual(150);
});

it('recognises at least 99 % of the emergencies of each part, reassures nobody wrongly, and lists nothing wrong', () => {
  const { parts, faults } = corpusReport(content, corpus, NOW);
  expect(faults).toEqual([]);
  for (const part of Object.values(parts)) {
    expect(part.recall).toBeGreaterThanOrEqual(0.99);
    expect(part).toMatchObject({ wrongReassurance: 0, wrongLists: 0 });
  }
});

it('says so where a danger is taken out of the words', () => {
  const words = content.words!;
  const dangers = { ...words.ownWords.dangers };
  delete dangers['cardiac'];
  const without: Content = { ...content, words: { ...words, ownWords: { ...words.ownWords, dangers } } };
  expect(corpusReport(without, corpus, NOW).faults).toContainEqual(
    expect.stringMatching(/^corpus\/tuned\.tsv: \d+\.\d % of the emergencies are recognised/),
  );
});

it('has its figures in the safety file', () => {
  const page = readFileSync(
    join(__dirname, '..', '..', '..', '..', 'docs', 'safety', 'own-words.md'),
    'utf8',
  );
  expect(page).toContain(corpusPage(corpusReport(content, corpus, NOW)));
});
