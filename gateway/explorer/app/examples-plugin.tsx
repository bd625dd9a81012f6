import { StarIcon, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { withNewKey } from './idempotency-key';
import { hasQuery } from './page-fixes';
import type { SavedOperation } from './saved-operation';

export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: 'Examples', icon: StarIcon, content: Examples };

const READY = SAVED_OPERATIONS.filter(({ needs }) => needs === '');
const NEEDING = SAVED_OPERATIONS.filter(({ needs }) => needs !== '');

function Examples() {
  return (
    <section className="side-panel examples" aria-label="Examples">
      <h2>Examples</h2>
      <p>
        Unless this gateway was connected to real systems, suppliers are simulated and triage content is a
        demonstration, not for real symptoms.
      </p>
      <h3>These run as they are</h3>
      <ExampleList operations={READY} />
      <h3>These need a token, or an id from an earlier answer</h3>
      <p>
        <code>npm run --silent token -- --as parent</code> prints a token. Put it into Headers:{' '}
        <code>{'{"authorization": "Bearer …"}'}</code>. Headers are not stored.
      </p>
      <ExampleList operations={NEEDING} />
    </section>
  );
}

function ExampleList({ operations }: { operations: readonly SavedOperation[] }) {
  const open = useOpenInTab();
  return (
    <ul>
      {operations.map((operation) => (
        <li key={operation.name}>
          <button
            type="button"
            onClick={() => {
              open(operation);
            }}
          >
            <strong>{operation.name}</strong>
            <span>{operation.title}</span>
            {operation.needs === '' ? null : <em>{operation.needs}</em>}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Opens an operation in a tab of its own; the token goes along, since a new tab starts without headers. */
function useOpenInTab(): (operation: SavedOperation) => void {
  const actions = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor } = useGraphiQL(
    ({ queryEditor, variableEditor, headerEditor }) => ({ queryEditor, variableEditor, headerEditor }),
  );
  return ({ document, variables }) => {
    const headers = headerEditor?.getValue() ?? '';
    if (hasQuery(queryEditor?.getValue() ?? '')) actions.addTab();
    queryEditor?.setValue(document);
    variableEditor?.setValue(withNewKey(variables));
    headerEditor?.setValue(headers);
  };
}
