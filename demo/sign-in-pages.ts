/** The pages of the provider that stands where NHS login and CIS2 stand. They work without scripts. */
interface Choice {
  name: string;
  description: string;
}

/** Lets one choose an invented person, or refuse. */
export function choosePage(heading: string, choices: readonly Choice[]): string {
  const people = choices.map(
    ({ name, description }) =>
      `<li><form method="post"><input type="hidden" name="person" value="${escaped(name)}">` +
      `<p id="person-${escaped(name)}">${escaped(description)}</p>` +
      `<button aria-describedby="person-${escaped(name)}">Sign in as ${escaped(name)}</button></form></li>`,
  );
  return page(
    heading,
    `<p>This page stands in for the real sign-in service. Everybody here is invented.</p>
<h2>Choose who you are</h2>
<ul>${people.join('\n')}</ul>
<h2>Do not sign in</h2>
<form method="post"><input type="hidden" name="refuse" value="yes">
<p>Go back without sharing any information.</p><button>Do not agree to share</button></form>`,
  );
}

/** Stands for the photo of a passport that NHS login asks for. */
export function provePage(name: string): string {
  return page(
    'Prove who you are',
    `<p>The service needs to know that it is really you. NHS login would now ask for a photo of your passport.</p>
<form method="post"><input type="hidden" name="person" value="${escaped(name)}">
<input type="hidden" name="proved" value="yes"><button>I have proved who I am</button></form>
<h2>Do not prove it</h2>
<form method="post"><input type="hidden" name="refuse" value="yes"><button>Go back without proving it</button></form>`,
  );
}

export function messagePage(heading: string, message: string): string {
  return page(heading, `<p>${escaped(message)}</p>`);
}

function page(heading: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(heading)} - demonstration</title></head>
<body><main><h1>${escaped(heading)}</h1>
${content}
</main></body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
