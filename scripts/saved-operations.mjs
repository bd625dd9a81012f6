// The front end's documents as the explorer lists them: in the order of examples.json, which is that of a journey.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns objects as gateway/explorer/app/saved-operation.ts describes them. */
export function savedOperations(folder) {
  const examples = JSON.parse(readFileSync(join(folder, 'examples.json'), 'utf8'));
  return Object.entries(examples).map(([name, variables]) => {
    const document = readFileSync(join(folder, `${name}.graphql`), 'utf8');
    const [title, ...needs] = leadingComments(document);
    return {
      name,
      title,
      needs: needs.join(' '),
      document,
      variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2),
    };
  });
}

function leadingComments(document) {
  const lines = document.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines.slice(0, end).map((line) => line.replace(/^#\s*/, ''));
}
