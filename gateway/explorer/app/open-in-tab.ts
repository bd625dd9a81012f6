import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { LinkedQuery } from './query-link';
import { hasQuery } from './page-fixes';

/** Opens a query in a tab of its own; headers go along, since a new tab starts without them. */
export function useOpenInTab(): (linked: LinkedQuery) => void {
  const actions = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor } = useGraphiQL(
    ({ queryEditor, variableEditor, headerEditor }) => ({ queryEditor, variableEditor, headerEditor }),
  );
  return ({ query, variables }) => {
    const headers = headerEditor?.getValue() ?? '';
    if (hasQuery(queryEditor?.getValue() ?? '')) actions.addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    headerEditor?.setValue(headers);
  };
}
