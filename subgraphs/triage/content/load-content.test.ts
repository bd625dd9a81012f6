import { CONTENT_FOLDER, contentFrom, loadContent, refuseDemoContent } from './load-content';
import { readContentFiles } from './content-files';

const RASH = 'pathways/child-rash.yaml';

it('loads the content of this repository, all of it a demonstration', () => {
  const content = loadContent();
  expect([...content.pathways.keys()]).toEqual(['child-rash']);
  expect([...content.pathways.values()].map(({ status }) => status)).toEqual(['DEMO']);
  expect(content.banner).toMatch(/^Demonstration content. Not clinically assured./);
});

it('has every disposition of the reference catalogue', () => {
  const ids =
    `ambulance ambulance-sepsis ambulance-anaphylaxis ed-1h speak-midwife-1h gp-speak-1h gp-2h gp-6h gp-12h
    gp-24h pharmacy-24h own-gp-3wd gum own-gp-routine self-care`.split(/\s+/);
  expect([...loadContent().dispositions.keys()]).toEqual(expect.arrayContaining(ids));
});

it('never makes an ambulance, emergency department or callback outcome bookable', () => {
  const { dispositions } = loadContent();
  for (const { careLevel, bookable, modes } of dispositions.values())
    if (['AMBULANCE', 'EMERGENCY_DEPARTMENT', 'URGENT_CALLBACK'].includes(careLevel))
      expect({ bookable, modes }).toEqual({ bookable: 'NONE', modes: [] });
});

it('puts the advice of the pathway before that of the disposition', () => {
  const { pathways, dispositions } = loadContent();
  const advice = pathways.get('child-rash')!.advice.get('gp-6h')!;
  const general = dispositions.get('gp-6h')!.worseningAdvice;
  expect(advice.worseningAdvice.slice(-general.length)).toEqual(general);
  expect(advice.worseningAdvice[0]).toMatchObject({ self: expect.stringMatching(/glass test/) as string });
});

describe('the content hash', () => {
  const hash = (edit: (files: Map<string, string>) => void) =>
    contentFrom(edited(edit)).pathways.get('child-rash')!.hash;
  const unchanged = hash(() => undefined);

  it('is the same for the same content', () => {
    expect(hash(() => undefined)).toBe(unchanged);
    expect(unchanged).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([RASH, 'dispositions.yaml', 'emergency-screen.yaml', 'sources.yaml', 'texts.yaml'])(
    'changes with %s',
    (file) => {
      expect(hash((files) => files.set(file, `${files.get(file)!}\n# changed\n`))).not.toBe(unchanged);
    },
  );
});

describe('content that cannot be used', () => {
  it.each<[string, string, string | RegExp, string, string]>([
    [
      'an unknown question',
      RASH,
      'to: long-fever',
      'to: lng-fever',
      `${RASH}: questions.fever: There is no question "lng-fever".`,
    ],
    [
      'an unknown start',
      RASH,
      'start: red-flags',
      'start: flags',
      `${RASH}: start: There is no question "flags".`,
    ],
    [
      'an unknown disposition',
      RASH,
      'outcome: ed-1h',
      'outcome: ed-2h',
      `${RASH}: questions.urgent-signs: There is no disposition "ed-2h".`,
    ],
    [
      'an unknown disposition for "not sure"',
      RASH,
      'unsure: { outcome: ambulance-sepsis',
      'unsure: { outcome: sepsis',
      `${RASH}: questions.red-flags: There is no disposition "sepsis".`,
    ],
    [
      'an unknown disposition of the emergency screen',
      'emergency-screen.yaml',
      'outcome: ambulance\n',
      'outcome: ambulanc\n',
      'emergency-screen.yaml: questions.screen: There is no disposition "ambulanc".',
    ],
    [
      'an unknown disposition of a refusal',
      RASH,
      'disposition: call-111',
      'disposition: call-112',
      `${RASH}: refusals.0.disposition: There is no disposition "call-112".`,
    ],
    [
      'advice for an unknown disposition',
      RASH,
      '  gp-2h: {',
      '  gp-3h: {',
      `${RASH}: outcomes: There is no disposition "gp-3h".`,
    ],
    [
      'unknown advice',
      RASH,
      'worseningAdvice: [glass-test]',
      'worseningAdvice: [glas-test]',
      `${RASH}: outcomes.ed-1h.worseningAdvice: There is no advice "glas-test".`,
    ],
    [
      'unknown advice of a disposition',
      'dispositions.yaml',
      '[call-999-now]',
      '[call-998-now]',
      'dispositions.yaml: dispositions.ambulance.careAdvice: There is no advice "call-998-now".',
    ],
    [
      'an unknown source',
      RASH,
      '[nhs-scarlet-fever]',
      '[scarlet-fever]',
      `${RASH}: questions.scarlet-fever: There is no source "scarlet-fever".`,
    ],
    [
      'a disposition that is not there any more',
      'dispositions.yaml',
      '  gp-12h:',
      '  gp-13h:',
      `${RASH}: questions.scarlet-fever: There is no disposition "gp-12h".`,
    ],
    [
      'an option twice',
      RASH,
      'id: hard-to-wake',
      'id: stiff-neck',
      `${RASH}: questions.red-flags.options.2.id: The option "stiff-neck" is there twice.`,
    ],
    [
      'an option of its own called "none"',
      RASH,
      'id: hard-to-wake',
      'id: none',
      `${RASH}: questions.red-flags.options.2.id: The option "none" is there twice.`,
    ],
    ['a question twice', RASH, '  duration:\n', '  fever:\n', `${RASH}: Map keys must be unique`],
    [
      'a circle',
      RASH,
      'id: itchy\n        text: Itchy or blotchy, and well otherwise\n        to: duration',
      'id: itchy\n        text: Itchy or blotchy, and well otherwise\n        to: fever',
      'This question leads back to itself: red-flags > urgent-signs > fever > rash-type > fever.',
    ],
    [
      'a question that nothing leads to',
      RASH,
      '        to: duration',
      '        outcome: self-care',
      `${RASH}: questions.duration: Nothing leads to this question.`,
    ],
    [
      'a bookable emergency',
      'dispositions.yaml',
      'urgencyRank: 1\n    bookable: NONE\n    modes: []',
      'urgencyRank: 1\n    bookable: NETWORK\n    modes: [IN_PERSON]',
      'dispositions.yaml: dispositions.ed-1h.bookable: An emergency or callback outcome is never bookable.',
    ],
    [
      'a bookable callback',
      'dispositions.yaml',
      'urgencyRank: 2\n    bookable: NONE\n    modes: []',
      'urgencyRank: 2\n    bookable: NETWORK\n    modes: [TELEPHONE]',
      'dispositions.yaml: dispositions.call-111.bookable: An emergency or callback outcome is never bookable.',
    ],
    [
      'bookable without a mode',
      'dispositions.yaml',
      'modes: [TELEPHONE]',
      'modes: []',
      'dispositions.yaml: dispositions.gp-speak-1h.modes: Modes are for bookable outcomes',
    ],
    [
      'an outcome without worsening advice',
      'dispositions.yaml',
      'worseningAdvice: [watch-while-waiting]',
      'worseningAdvice: []',
      'dispositions.yaml: dispositions.ambulance.worseningAdvice:',
    ],
    [
      'an age that nothing covers',
      RASH,
      'below: 60 }',
      'below: 59 }',
      `${RASH}: population: Nothing says what becomes of somebody FEMALE of 59 months.`,
    ],
    [
      'an age that two rules cover',
      RASH,
      'from: 60,',
      'from: 59,',
      `${RASH}: population: More than one rule says what becomes of somebody FEMALE of 59 months.`,
    ],
    [
      'a sex that nothing covers',
      RASH,
      'below: 192 } }',
      'below: 192 }, sex: [FEMALE, MALE] }',
      `${RASH}: population: Nothing says what becomes of somebody UNSPECIFIED of 60 months.`,
    ],
    [
      'a rule without a source',
      RASH,
      'sources: [nhs-scarlet-fever]',
      'sources: []',
      `${RASH}: questions.scarlet-fever.options.0.sources: Every rule names at least one source.`,
    ],
    [
      'an option that leads nowhere',
      RASH,
      'to: chickenpox, ',
      '',
      `${RASH}: questions.scarlet-fever.options.1: An option leads to a question (to) or to an outcome`,
    ],
    [
      'a red-flag question without "not sure"',
      RASH,
      '    unsure: { outcome: ed-1h, sources: [project-judgement] }\n',
      '',
      `${RASH}: questions.urgent-signs.unsure:`,
    ],
    [
      'a word that the format does not have',
      RASH,
      'start: red-flags',
      'begin: red-flags',
      `${RASH}: Unrecognized key: "begin"`,
    ],
    [
      'an unquoted yes as a boolean',
      RASH,
      `text: 'Yes'`,
      'text: true',
      `${RASH}: questions.fever.options.0.text:`,
    ],
    [
      'a file under another name',
      RASH,
      'id: child-rash',
      'id: childs-rash',
      `${RASH}: id: The file of "childs-rash" is pathways/childs-rash.yaml.`,
    ],
    [
      'a placeholder that is none',
      RASH,
      'Has {person} had',
      'Has {child} had',
      `${RASH}: questions.fever.text.other: The one placeholder is {person}.`,
    ],
    [
      'a source without https',
      'sources.yaml',
      'https://111.nhs.uk/',
      'http://111.nhs.uk/',
      'sources.yaml: nhs-111-online-module.url:',
    ],
  ])('is refused for %s', (_, file, before, after, message) => {
    const files = edited((all) => all.set(file, all.get(file)!.replace(before, after)));
    expect(files.get(file)).not.toBe(readContentFiles(CONTENT_FOLDER).get(file));
    expect(() => contentFrom(files)).toThrow(message);
  });

  it('is refused for two files with one pathway', () => {
    const files = edited((all) => all.set('pathways/other.yaml', all.get(RASH)!));
    expect(() => contentFrom(files)).toThrow(
      'pathways/other.yaml: id: Another file has the pathway "child-rash" already.',
    );
  });

  it('is refused for a file that is missing', () => {
    expect(() => contentFrom(edited((all) => all.delete('texts.yaml')))).toThrow(
      'texts.yaml: the file is missing.',
    );
  });

  it('is refused with every fault at once', () => {
    const files = edited((all) =>
      all.set(RASH, all.get(RASH)!.replaceAll('outcome: gp-6h', 'outcome: gp-7h')),
    );
    expect(() => contentFrom(files)).toThrow(/long-fever.*\n.*\n.*infected-chickenpox/);
  });
});

describe('live clinical mode', () => {
  it('refuses content as long as any of it is a demonstration', () => {
    expect(() => {
      refuseDemoContent(loadContent(), 'live');
    }).toThrow(/demonstration that no clinician has signed/);
    const partly = edited((all) => all.set(RASH, all.get(RASH)!.replace('status: demo', 'status: live')));
    expect(() => {
      refuseDemoContent(contentFrom(partly), 'live');
    }).toThrow(/demonstration/);
  });

  it('takes content of which no part is a demonstration', () => {
    const live = edited((all) => {
      for (const [name, text] of all) all.set(name, text.replace('status: demo', 'status: live'));
    });
    const content = contentFrom(live);
    expect(content.banner).toBeNull();
    expect(() => {
      refuseDemoContent(content, 'live');
    }).not.toThrow();
  });
});

function edited(edit: (files: Map<string, string>) => void): Map<string, string> {
  const files = readContentFiles(CONTENT_FOLDER);
  edit(files);
  return files;
}
