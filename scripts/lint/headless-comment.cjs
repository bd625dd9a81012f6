'use strict';

/** First words that leave a sentence without its subject or verb: "What a hold keeps", "Told to stop". */
const HEADLESS = new Set(
  (
    'what who whom whose which whoever whatever whomever whichever whether where wherever how why ' +
    'of by with as so those told asked said given answered passed taken left kept done seen sent'
  ).split(' '),
);

/** @returns {string | null} the first word of a sentence where it is headless. */
function headlessWord(sentence) {
  const first = /^[A-Za-z]+/.exec(sentence.trim())?.[0];
  return first !== undefined && HEADLESS.has(first.toLowerCase()) ? first : null;
}

/** @returns {string | null} the first headless word of a doc comment (without its slashes), or of its tags. */
function headlessDocComment(comment) {
  if (!comment.startsWith('*')) return null;
  const text = comment.replace(/^\s*\*+\s?/gm, '');
  const descriptions = [...text.matchAll(/@(?:param \S+|returns)(?: \{[^}]*\})?\s+(?!whether\b)(\S+)/g)];
  return (
    [text, ...descriptions.map(([, first]) => first)].map(headlessWord).find((word) => word !== null) ?? null
  );
}

/** @type {import('eslint').Rule.RuleModule} */
const rule = {
  meta: {
    type: 'suggestion',
    docs: { description: 'Doc comments begin with their subject or with a verb (CONTRIBUTING.md).' },
    messages: {
      headless:
        'A comment begins with its subject or with a verb, not with "{{word}}". Delete one that only repeats the name.',
    },
    schema: [],
  },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        const word = comment.type === 'Block' ? headlessDocComment(comment.value) : null;
        if (word !== null) context.report({ loc: comment.loc, messageId: 'headless', data: { word } });
      }
    },
  }),
};

module.exports = { headlessWord, headlessDocComment, plugin: { rules: { 'headless-comment': rule } } };
