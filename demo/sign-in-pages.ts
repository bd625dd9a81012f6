import { readFileSync } from 'node:fs';

/** The pages of the provider that stands where NHS login and CIS2 stand. They work without scripts. */
interface Choice {
  name: string;
  description: string;
}

/** Fonts come from another host, and are licensed for nhs.uk alone: the fall-back of the design system is used. */
const FOREIGN_FONTS = /@font-face\{[^}]*\}/g;

/** The NHS design system's styles, and where the provider serves them. */
export const STYLES = {
  path: '/styles.css',
  text: readFileSync(require.resolve('nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css'), 'utf8').replace(
    FOREIGN_FONTS,
    '',
  ),
};

/** Lets one choose an invented person, or refuse. */
export function choosePage(heading: string, choices: readonly Choice[]): string {
  const people = choices.map(
    ({ name, description }) => `<div class="nhsuk-card"><div class="nhsuk-card__content">
<p id="person-${escaped(name)}">${escaped(description)}</p>
${form({ person: name }, { text: `Sign in as ${name}`, describedBy: `person-${name}` })}
</div></div>`,
  );
  return page(
    heading,
    `<p class="nhsuk-lede-text">This page stands in for the real sign-in service. Everybody here is invented.</p>
<h2>Choose who you are</h2>
${people.join('\n')}
<h2>Do not sign in</h2>
<p>Go back without sharing any information.</p>
${form({ refuse: 'yes' }, { text: 'Do not agree to share', isSecondary: true })}`,
  );
}

/** Stands for the photo of a passport that NHS login asks for. */
export function provePage(name: string): string {
  return page(
    'Prove who you are',
    `<p>The service needs to know that it is really you. NHS login would now ask for a photo of your passport.</p>
${form({ person: name, proved: 'yes' }, { text: 'I have proved who I am' })}
<h2>Do not prove it</h2>
${form({ refuse: 'yes' }, { text: 'Go back without proving it', isSecondary: true })}`,
  );
}

export function messagePage(heading: string, message: string): string {
  return page(heading, `<p>${escaped(message)}</p>`);
}

interface Button {
  text: string;
  describedBy?: string;
  isSecondary?: boolean;
}

function form(
  fields: Readonly<Record<string, string>>,
  { text, describedBy, isSecondary = false }: Button,
): string {
  const hidden = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  );
  const style = `nhsuk-button nhsuk-u-margin-bottom-0${isSecondary ? ' nhsuk-button--secondary' : ''}`;
  const description = describedBy === undefined ? '' : ` aria-describedby="${escaped(describedBy)}"`;
  return `<form method="post">${hidden.join('')}<button class="${style}"${description}>${escaped(text)}</button></form>`;
}

function page(heading: string, content: string): string {
  return `<!doctype html>
<html lang="en" class="nhsuk-template">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(heading)} - demonstration</title><link rel="stylesheet" href="${STYLES.path}"></head>
<body class="nhsuk-template__body"><div class="nhsuk-width-container"><main class="nhsuk-main-wrapper">
<div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds"><h1>${escaped(heading)}</h1>
${content}
</div></div></main></div></body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
