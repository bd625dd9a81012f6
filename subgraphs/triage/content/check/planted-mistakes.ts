import type { Rule } from './finding';

export const RASH = 'pathways/child-rash.yaml';
const UNDER_5 = 'pathways/child-rash-under-5.yaml';
const FEVER = 'pathways/child-fever.yaml';
export const COUGH = 'pathways/cough.yaml';
const THROAT = 'pathways/sore-throat.yaml';
const BACK = 'pathways/low-back-pain.yaml';
export const UTI = 'pathways/uti-female-16-plus.yaml';
const HEAD = 'pathways/headache-adult.yaml';
const CATALOGUE = 'dispositions.yaml';
const SIGNS = 'shared-signs.yaml';

export type Edit = [file: string, before: string | RegExp, after: string];

/** A question about heart trouble before another one. */
const PLANTED = (yes: string, no: string) => `  planted:
    kind: chooseOne
    text: Was there heart trouble before?
    sources: [project-judgement]
    options:
      - { id: 'yes', ${yes} }
      - { id: 'no', ${no} }
      - { id: unsure, ${yes === no ? no : 'outcome: gp-6h'} }
$&`;

/** Rule, fault, edit of the copy, expected message, and the pathways that it takes to show. */
type Broken = [Rule, string, Edit[], string | RegExp, string[]];

/** A known fact that is none of the options of the question that asks for it. */
const FEVER_THAT_MAY_BE: Edit[] = [
  [
    COUGH,
    'kind: chooseOne\n    text: Is there a painful',
    'kind: chooseOne\n    fact: fever\n    text: Is there a painful',
  ],
  [COUGH, 'population:', 'given: { fever: maybe }\npopulation:'],
];

export const FAILURES: Broken[] = [
  [
    3,
    'a count of a sign that is not there',
    [[UTI, 'of: [burning, night, cloudy]', 'of: [burning, night, smell]']],
    'There is no option "smell".',
    [UTI],
  ],
  [
    2,
    'a sign that is counted twice',
    [[UTI, 'of: [burning, night, cloudy]', 'of: [burning, night, night]']],
    'An option is counted twice.',
    [UTI],
  ],
  [
    3,
    'a count that nobody can reach',
    [[UTI, 'atLeast: 2', 'atLeast: 4']],
    'There are 3 options to count, and never 4.',
    [UTI],
  ],
  [
    7,
    'a count that ends in what is not there',
    [[UTI, /(of: \[burning, night, cloudy\]\n +outcome: )pharmacy-24h/, '$1pharmacist']],
    'There is no disposition "pharmacist".',
    [UTI],
  ],
  [
    11,
    'two signs that are less urgent than one, and nobody says why',
    [[UTI, /(outcome: pharmacy-24h\n) +milderBecause: >-\n.*\n.*\n( +sources: \[pharmacy-first\])/, '$1$2']],
    /Ticking "(night|cloudy|burning)" (as well makes the outcome less urgent than "gp-24h"|can make the outcome less urgent than without it)/,
    [UTI],
  ],
  [
    12,
    '"not sure" that is milder than two signs, and nobody says why',
    [
      [
        COUGH,
        /( +outcome: gp-2h\n) +milderBecause: >-\n.*\n( +sources: \[project-judgement\]\n +unwell)/,
        '$1$2',
      ],
    ],
    '"Not sure" about signs to tick is as urgent as the gravest of them, or somebody says why not',
    [COUGH],
  ],
  [
    12,
    '"not sure" that is milder than "none", whatever its author says',
    [[COUGH, /(unsure:\n +outcome: )gp-2h(\n +milderBecause)/, '$1self-care$2']],
    '"Not sure" can end less urgently here than "no" or "none of these".',
    [COUGH],
  ],
  [
    1,
    'a word that the format does not have',
    [[RASH, 'start: red-flags', 'begin: red-flags']],
    `${RASH}:2: Unrecognized key: "begin"`,
    [RASH],
  ],
  [1, 'a title that is a number', [[COUGH, /title: .*/, 'title: 7']], `${COUGH}:`, [COUGH]],
  [
    1,
    'a radius in the catalogue',
    [[CATALOGUE, 'bookable: OWN_PRACTICE', 'bookable: OWN_PRACTICE\n    maxDistanceMiles: 10']],
    'Unrecognized key: "maxDistanceMiles"',
    [COUGH],
  ],
  [
    2,
    'an option twice',
    [[RASH, 'id: hard-to-wake', 'id: stiff-neck']],
    'The option "stiff-neck" is there twice.',
    [RASH],
  ],
  [
    2,
    'an option of its own called "none"',
    [[RASH, 'id: hard-to-wake', 'id: none']],
    'The option "none" is there twice.',
    [RASH],
  ],
  [2, 'a question twice', [[RASH, '  duration:\n', '  fever:\n']], 'Map keys must be unique', [RASH]],
  [
    2,
    'a file under another name',
    [[COUGH, 'id: cough', 'id: coughs']],
    'The file of "coughs" is pathways/coughs.yaml.',
    [COUGH],
  ],
  [
    2,
    'bands that do not go upwards',
    [[FEVER, 'below: 184', 'below: 84']],
    'Bands go upwards',
    [FEVER, RASH],
  ],
  [
    2,
    'a shared sign that is held against nothing from some age on',
    [[SIGNS, 'leastUrgent: [{ outcome', 'leastUrgent: [{ below: 1827, outcome']],
    'Bands go upwards',
    [COUGH],
  ],
  [
    7,
    'a shared sign that wants an outcome that is not there',
    [[SIGNS, 'outcome: ambulance-sepsis', 'outcome: ambulance-septic']],
    'There is no disposition "ambulance-septic".',
    [COUGH],
  ],
  [
    3,
    'a count of the emergency screen whose sign is not there',
    [
      [
        'emergency-screen.yaml',
        /\n( +)unsure:/,
        '\n$1counts: [{ atLeast: 2, of: [fitting, floating], outcome: ambulance }]\n$1unsure:',
      ],
    ],
    'There is no option "floating".',
    [COUGH],
  ],
  [
    3,
    'a question that is not there',
    [[RASH, 'to: long-fever', 'to: lng-fever']],
    'There is no question "lng-fever".',
    [RASH],
  ],
  [
    3,
    'a pathway that is not there',
    [[FEVER, 'pathway: child-rash', 'pathway: rash']],
    'There is no pathway "rash".',
    [FEVER, RASH],
  ],
  [
    3,
    'a start that is not there',
    [[COUGH, 'start: red-flags', 'start: flags']],
    'There is no question "flags".',
    [COUGH],
  ],
  [
    3,
    'advice that is not there',
    [[RASH, 'worseningAdvice: [glass-test]', 'worseningAdvice: [glas-test]']],
    'There is no advice "glas-test".',
    [RASH],
  ],
  [
    3,
    'a fact that is not there',
    [[RASH, 'fact: fever', 'fact: feverish']],
    'There is no fact "feverish".',
    [RASH],
  ],
  [
    4,
    'a question that nothing leads to',
    [[RASH, '        to: duration', '        outcome: self-care']],
    'Nothing leads to this question.',
    [RASH],
  ],
  [
    5,
    'a circle',
    [[COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: unwell }"]],
    'This question leads back to itself: unwell > neck > unwell.',
    [COUGH],
  ],
  [
    5,
    'a circle through another pathway',
    [
      [
        RASH,
        "{ id: 'no', outcome: pharmacy-24h, sources: [healthier-together-rashes] }",
        "{ id: 'no', pathway: child-fever, sources: [healthier-together-rashes] }",
      ],
    ],
    'child-fever.red-flags',
    [FEVER, RASH],
  ],
  [
    6,
    'an option that leads nowhere',
    [[RASH, 'to: chickenpox, sources: [nhs-scarlet-fever]', 'sources: [nhs-scarlet-fever]']],
    'to exactly one of them',
    [RASH],
  ],
  [
    6,
    'an option that leads to two places',
    [[COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: duration, outcome: self-care }"]],
    'to exactly one of them',
    [COUGH],
  ],
  [
    6,
    '"none" that leads nowhere',
    [[COUGH, 'none: { to: unwell }', 'none: {}']],
    'to exactly one of them',
    [COUGH],
  ],
  [
    7,
    'an outcome that is not in the catalogue',
    [[RASH, 'outcome: ed-1h', 'outcome: ed-2h']],
    'There is no disposition "ed-2h".',
    [RASH],
  ],
  [
    7,
    'a refusal to an outcome that is not in the catalogue',
    [[COUGH, 'disposition: call-111', 'disposition: call-112']],
    'There is no disposition "call-112".',
    [COUGH],
  ],
  [
    7,
    'a catalogue without what to do instead',
    [[CATALOGUE, '  call-111:', '  call-119:']],
    '"call-111" is always there',
    [BACK],
  ],
  [
    8,
    'a pathway without the emergency screen',
    [[COUGH, 'emergencyScreen: standard\n', '']],
    'Every pathway begins with the emergency screen',
    [COUGH],
  ],
  [
    9,
    'a GP before the red flags',
    [
      [COUGH, 'start: red-flags', 'start: neck'],
      [COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: red-flags }"],
      [COUGH, "      - { id: 'no', to: neck }", "      - { id: 'no', to: duration }"],
    ],
    'can be reached without a red-flag question',
    [COUGH],
  ],
  [
    11,
    'a tick that is less urgent than none',
    [[BACK, /(id: fever\n.*\n.*outcome: )gp-2h/, '$1self-care']],
    'Ticking "fever" as well makes the outcome less urgent',
    [BACK],
  ],
  [
    12,
    '"not sure" that is safer than "no"',
    [
      [
        THROAT,
        '{ id: unsure, outcome: gp-12h, sources: [project-judgement] }',
        '{ id: unsure, outcome: own-gp-routine, sources: [project-judgement] }',
      ],
    ],
    '"Not sure" can end less urgently here than "no"',
    [THROAT],
  ],
  [
    12,
    '"not sure" about red flags that is not 999',
    [[COUGH, 'unsure: { outcome: ambulance,', 'unsure: { outcome: gp-2h,']],
    'as urgent as the gravest of them',
    [COUGH],
  ],
  [
    12,
    'a question without "not sure"',
    [[COUGH, '      - { id: unsure, outcome: gp-24h, sources: [project-judgement] }\n', '']],
    'Every question can be answered with "unsure"',
    [COUGH],
  ],
  [
    12,
    'ticks without "not sure"',
    [[COUGH, '    unsure: { outcome: ambulance, sources: [project-judgement] }\n', '']],
    'Every question can be answered with "unsure"',
    [COUGH],
  ],
  [
    13,
    'an age that nothing covers',
    [[COUGH, 'below: 1827 }', 'below: 1826 }']],
    'Nothing says what becomes of somebody FEMALE of 1826 days.',
    [COUGH],
  ],
  [
    13,
    'an age that two rules cover',
    [[COUGH, 'below: 1827 }', 'below: 1828 }']],
    'More than one rule says what becomes of somebody FEMALE of 1827 days.',
    [COUGH],
  ],
  [
    13,
    'a sex that nothing covers',
    [[UTI, 'sex: [MALE, UNSPECIFIED]', 'sex: [MALE]']],
    'Nothing says what becomes of somebody UNSPECIFIED of 5844 days.',
    [UTI],
  ],
  [
    13,
    'two variants for the same people',
    [
      [
        UNDER_5,
        'population: { ageInDays: { from: 0, below: 1827 } }',
        'population: { ageInDays: { from: 0, below: 1900 } }',
      ],
      [UNDER_5, 'from: 1827, below: null', 'from: 1900, below: null'],
    ],
    'is about the same complaint and for the same people',
    [RASH, UNDER_5],
  ],
  [
    13,
    'a way to a pathway that is for others',
    [
      [
        FEVER,
        '      - below: 1827\n        text: A fever with a rash',
        '      - below: 1800\n        text: A fever with a rash',
      ],
    ],
    'is led on to "child-rash", which is not for them',
    [FEVER, RASH],
  ],
  [
    13,
    'somebody of unspecified sex who ends less urgently',
    [
      [
        'facts.yaml',
        "late-pregnancy-or-new-birth:\n  knownFrom: [{ sex: [MALE], value: 'no' }]",
        "late-pregnancy-or-new-birth:\n  knownFrom: [{ sex: [MALE], value: 'yes' }]",
      ],
    ],
    'Somebody of unspecified sex ends less urgently',
    [HEAD],
  ],
  [
    14,
    'a question about the age',
    [[COUGH, 'text: Is there a painful swelling in the neck?', 'text: How old is this cough?']],
    'The age is known',
    [COUGH],
  ],
  [
    14,
    'a question that asks what the complaint says',
    [[RASH, 'population:', "given: { fever: 'yes' }\npopulation:"]],
    'Nobody is ever asked this',
    [RASH],
  ],
  [
    14,
    'a known fact that is none of the options',
    FEVER_THAT_MAY_BE,
    'It is known to be "maybe" here',
    [COUGH],
  ],
  [
    15,
    'a text for one person only',
    [
      [
        COUGH,
        'text: Is there a painful swelling in the neck?',
        'text: Do you have a painful swelling in your neck?',
      ],
    ],
    'This speaks to its reader',
    [COUGH],
  ],
  [
    15,
    'a second language without its texts',
    [['texts.yaml', 'locales: [en-GB]', 'locales: [en-GB, cy]']],
    'This text is missing in cy.',
    [COUGH],
  ],
  [
    15,
    'a text in a language that is not offered',
    [
      [
        COUGH,
        'summary: A dry cough, or a cough that brings up phlegm.',
        'summary: { en-GB: A cough., cy: Peswch. }',
      ],
    ],
    'texts.yaml does not list the locale cy.',
    [COUGH],
  ],
  [
    15,
    'advice that nobody is given',
    [['texts.yaml', '  call-111:\n', '  spare: Nothing.\n  call-111:\n']],
    'No outcome gives this advice.',
    [COUGH],
  ],
  [
    15,
    'a source that no rule names',
    [
      [
        'sources.yaml',
        'nhs-cough:',
        'nhs-coughs:\n  name: NHS, Coughs\n  url: https://www.nhs.uk/\n  accessed: null\nnhs-cough:',
      ],
    ],
    'No rule names this source.',
    [COUGH],
  ],
  [
    15,
    'advice for an outcome that is never reached',
    [
      [
        COUGH,
        '  self-care: { careAdvice: [cough-care]',
        '  gum: { careAdvice: [], worseningAdvice: [cough-worse] }\n  self-care: { careAdvice: [cough-care]',
      ],
    ],
    'This pathway never ends in "gum".',
    [COUGH],
  ],
  [
    15,
    'an option without a text',
    [[COUGH, 'text: More than 3 weeks, outcome', 'outcome']],
    'The option "long" has no text.',
    [COUGH],
  ],
  [
    15,
    'an age that decides without words',
    [[FEVER, '        text: A fever in a baby under 3 months\n', '']],
    'This band decides',
    [FEVER, RASH],
  ],
  [
    16,
    'an outcome without worsening advice',
    [[CATALOGUE, 'worseningAdvice: [watch-while-waiting]', 'worseningAdvice: []']],
    'worseningAdvice is empty',
    [COUGH],
  ],
  [
    16,
    'care at home without a time to come back',
    [
      [
        CATALOGUE,
        /(self-care:[\s\S]*worseningAdvice: )\[worse-call-999, come-back-48h\]/,
        '$1[worse-call-999]',
      ],
    ],
    'Care at home says when to come back',
    [COUGH],
  ],
  [
    16,
    'an outcome without care advice',
    [[CATALOGUE, 'careAdvice: [call-999-now]', 'careAdvice: []']],
    'is reached without care advice',
    [COUGH],
  ],
  [
    17,
    'a bookable emergency',
    [
      [
        CATALOGUE,
        'urgencyRank: 1\n    bookable: NONE\n    modes: []',
        'urgencyRank: 1\n    bookable: NETWORK\n    modes: [IN_PERSON]',
      ],
    ],
    'An emergency or callback outcome is never bookable.',
    [COUGH],
  ],
  [
    17,
    'a bookable callback',
    [
      [
        CATALOGUE,
        'urgencyRank: 2\n    bookable: NONE\n    modes: []',
        'urgencyRank: 2\n    bookable: NETWORK\n    modes: [TELEPHONE]',
      ],
    ],
    'An emergency or callback outcome is never bookable.',
    [COUGH],
  ],
  [
    17,
    'a GP as urgent as an emergency department',
    [[CATALOGUE, 'urgencyRank: 3', 'urgencyRank: 1']],
    'less urgent than an emergency department',
    [COUGH],
  ],
  [
    17,
    'bookable without a mode',
    [[CATALOGUE, 'modes: [TELEPHONE]', 'modes: []']],
    'Modes are for bookable outcomes',
    [COUGH],
  ],
  [
    21,
    'an outcome whose title is for one reader',
    [[CATALOGUE, 'title: Call 999 now\n', 'title: { self: Call 999 for you, other: Call 999 for them }\n']],
    'word it once, for every reader',
    [COUGH],
  ],
  [
    21,
    'a symptom check whose title is for one reader',
    [[COUGH, /title: .*/, 'title: { self: A cough, other: A cough of theirs }']],
    'word it once, for every reader',
    [COUGH],
  ],
  [
    18,
    'a rule without a source',
    [[RASH, 'sources: [nhs-scarlet-fever]', 'sources: []']],
    'Every rule names at least one source.',
    [RASH],
  ],
  [
    18,
    'an unknown source',
    [[RASH, '[nhs-scarlet-fever]', '[scarlet-fever]']],
    'There is no source "scarlet-fever".',
    [RASH],
  ],
  [
    18,
    'a source that will be read',
    [['sources.yaml', 'accessed: null', 'accessed: 2026-12-01']],
    'This day is in the future.',
    [COUGH],
  ],
  [
    19,
    'more than 12 questions',
    [
      [COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: more-1 }"],
      [COUGH, '  duration:\n', `${moreQuestions(8)}  duration:\n`],
    ],
    'takes 13 questions here',
    [COUGH],
  ],
  [
    20,
    'a change that nobody has accepted',
    [[COUGH, "{ id: 'yes', outcome: gp-24h }", "{ id: 'yes', outcome: gp-12h }"]],
    /are not as accepted: [1-9]\d*, of them less urgent: 0\./,
    [COUGH],
  ],
  [
    20,
    'a change for the less urgent',
    [[COUGH, "{ id: 'yes', outcome: gp-12h }", "{ id: 'yes', outcome: gp-24h }"]],
    /are not as accepted: ([1-9]\d*), of them less urgent: \1\./,
    [COUGH],
  ],
  [
    20,
    'a change without a new version',
    [[COUGH, "{ id: 'yes', outcome: gp-24h }", "{ id: 'yes', outcome: gp-12h }"]],
    /the version \d+\.\d+\.\d+ must go up/,
    [COUGH],
  ],
  [
    20,
    'a later deadline of a disposition',
    [[CATALOGUE, 'timeframe: { minutes: 120 }', 'timeframe: { minutes: 180 }']],
    /of them less urgent: [1-9]\d*\./,
    [COUGH],
  ],
  [
    22,
    'a demonstration that claims a review',
    [[COUGH, 'reviewedBy: null', 'reviewedBy: Dr A. Claim']],
    'A demonstration was reviewed by nobody',
    [COUGH],
  ],
  [
    22,
    'what is reviewed, by somebody who is not known',
    [
      [COUGH, 'status: demo', 'status: reviewed'],
      [COUGH, 'reviewedBy: null', 'reviewedBy: Dr A. Claim'],
    ],
    'name them as in reviewers.yaml',
    [COUGH],
  ],
  [
    22,
    'a warning that is signed by somebody who is not known',
    [['waivers.yaml', '[]', '- { rule: 18, file: sources.yaml, signedBy: x, reason: x }']],
    '"x" is nobody in reviewers.yaml.',
    [COUGH],
  ],
  [
    22,
    'a single reader',
    [['reviewers.yaml', /- name: the second[^]*/, '']],
    'Two people with a name and a role are needed',
    [COUGH],
  ],
  [
    23,
    'a yes that is less urgent than no',
    [
      [COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: planted }"],
      [COUGH, '  duration:\n', PLANTED('outcome: self-care', 'to: duration')],
    ],
    /cough\.yaml:\d+ questions\.planted\.options\.0: "Yes" can end less urgently than "no" here/,
    [COUGH],
  ],
  [
    23,
    'a yes that is less urgent than no, in what another pathway leads on to',
    [
      [RASH, "{ id: 'no', to: rash-type, sources", "{ id: 'no', to: planted, sources"],
      [RASH, '  rash-type:\n', PLANTED('outcome: self-care', 'to: rash-type')],
    ],
    /child-rash\.yaml:\d+ questions\.planted\.options\.0: "Yes" can end less urgently/,
    [RASH],
  ],
  [
    24,
    'a yes without effect',
    [
      [COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: planted }"],
      [COUGH, '  duration:\n', PLANTED('to: duration', 'to: duration')],
    ],
    '"yes" guarantees nothing: it has no effect, or a later answer undoes it.',
    [COUGH],
  ],
  [
    25,
    'a sign that ends less urgently by one door',
    [[THROAT, /(id: 'yes', outcome: )ed-1h/, '$1gp-2h']],
    '"yes" of "sore-throat.immune" can end in "gp-2h"',
    [THROAT],
  ],
  [
    26,
    'an emergency case that ends less urgently',
    [[COUGH, /(id: inhaler\n.*\n +outcome: )ambulance/, '$1gp-2h']],
    '"Asthma, the inhaler does not help": an emergency (NHS, Asthma attack) ends in "gp-2h".',
    [COUGH],
  ],
  [
    26,
    'a case that never ends',
    FEVER_THAT_MAY_BE,
    '"cough.neck" is asked again after its answer: this person can never end.',
    [COUGH],
  ],
  [
    'vignette',
    'a vignette that ends elsewhere',
    [[COUGH, 'expect: own-gp-3wd', 'expect: self-care']],
    'It ends in "own-gp-3wd", not in "self-care".',
    [COUGH],
  ],
  [
    'vignette',
    'a vignette that is not finished',
    [[COUGH, /duration: \[long\],?/, '']],
    'It still has to answer "cough.duration".',
    [COUGH],
  ],
  [
    'vignette',
    'a vignette with an answer too many',
    [
      [
        COUGH,
        '{ emergency.screen: [none], red-flags: [none], urgent-signs: [streaks-of-blood, chest-pain] }',
        "{ emergency.screen: [none], red-flags: [none], urgent-signs: [streaks-of-blood, chest-pain], neck: ['no'] }",
      ],
    ],
    '"cough.neck" is not asked.',
    [COUGH],
  ],
  [
    'vignette',
    'a vignette about somebody whom the pathway is not for',
    [[COUGH, 'ageInDays: 18300', 'ageInDays: 1']],
    'The pathway is not for this person.',
    [COUGH],
  ],
];

export const WARNINGS: Broken[] = [
  [
    10,
    'a more urgent question after a less urgent one',
    [[COUGH, "{ id: 'yes', outcome: gp-24h }", "{ id: 'yes', outcome: gp-2h }"]],
    'neck: This can end more urgently than "unwell"',
    [COUGH],
  ],
  [
    18,
    'a source that was read long ago',
    [['sources.yaml', 'accessed: null', 'accessed: 2025-11-22']],
    'more than 12 months ago',
    [COUGH],
  ],
  [
    19,
    'a text that is hard to read',
    [
      [
        COUGH,
        'summary: A dry cough, or a cough that brings up phlegm.',
        'summary: Nonproductive or productive respiratory symptomatology necessitating differentiated consideration of underlying cardiopulmonary pathology, notwithstanding previous investigations.',
      ],
    ],
    'summary: Hard to read',
    [COUGH],
  ],
];

export function moreQuestions(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const next = index + 1 === count ? 'duration' : `more-${index + 2}`;
    return `  more-${index + 1}:
    kind: chooseOne
    text: Is there anything else, ${index}?
    sources: [nhs-cough]
    options:
      - { id: 'yes', outcome: gp-24h }
      - { id: 'no', to: ${next} }
      - { id: unsure, outcome: gp-24h }
`;
  }).join('');
}
