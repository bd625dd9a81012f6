import { StarIcon, type GraphiQLPlugin } from '@graphiql/react';
import { withCurrentDates } from './example-dates';
import { withNewKey } from './idempotency-key';
import { useOpenInTab } from './open-in-tab';
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
        Enter the token in the panel Token. In a demonstration{' '}
        <code>npm run --silent token -- --as parent</code> prints one.
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
              const variables = withCurrentDates(withNewKey(operation.variables), new Date());
              open({ query: operation.document, variables });
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
