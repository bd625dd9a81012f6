import { useGraphiQL, useMonaco, type MonacoEditor } from '@graphiql/react';
import { TabFocus } from 'monaco-editor/esm/vs/editor/browser/config/tabFocus.js';
import { useEffect, useLayoutEffect } from 'react';

/** Does what GraphiQL leaves to do for people without a mouse or a screen, and between its panels. Shows nothing itself. */
export function PageFixes() {
  useNamedEditors();
  usePanelsFromTheTop();
  useNoErrorsWithoutQuery();
  return null;
}

/** The link that skips the panels leads here. */
const QUERY_EDITOR_ID = 'query-editor';

/** Gives each editor a name of its own, lets Tab leave it, and wraps its lines, so that nobody is held inside or has to scroll sideways. */
function useNamedEditors(): void {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useGraphiQL(
    ({ queryEditor, variableEditor, headerEditor, responseEditor }) => ({
      queryEditor,
      variableEditor,
      headerEditor,
      responseEditor,
    }),
  );
  useEffect(() => {
    // Monaco keeps this for all editors together: Control+M lets Tab indent again.
    TabFocus.setTabFocusMode(true);
    nameEditor(queryEditor, 'Query');
    nameEditor(variableEditor, 'Variables');
    nameEditor(headerEditor, 'Headers');
    nameEditor(responseEditor, 'Response');
    queryEditor?.getContainerDomNode().setAttribute('id', QUERY_EDITOR_ID);
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
}

function nameEditor(editor: MonacoEditor | undefined, name: string): void {
  if (!editor) return;
  editor.updateOptions({ ariaLabel: name, wordWrap: 'on' });
  const container = editor.getContainerDomNode();
  container.setAttribute('role', 'group');
  container.setAttribute('aria-label', `${name}: press Enter to go in, Tab to go on`);
}

/** Every panel shares one element that scrolls; how far one was scrolled says nothing about the next. */
function usePanelsFromTheTop(): void {
  const panel = useGraphiQL(({ visiblePlugin }) => visiblePlugin);
  useLayoutEffect(() => {
    document.querySelector('.graphiql-plugin')?.scrollTo(0, 0);
  }, [panel]);
}

/** A query that is not there yet is no error: its red line would stand under the page's own words. */
function useNoErrorsWithoutQuery(): void {
  const editor = useGraphiQL(({ queryEditor }) => queryEditor);
  const monaco = useMonaco(({ monaco }) => monaco);
  useEffect(() => {
    const model = editor?.getModel();
    if (!monaco || !model) return;
    const clear = () => {
      if (hasQuery(model.getValue())) return;
      for (const { owner } of monaco.editor.getModelMarkers({ resource: model.uri }))
        monaco.editor.setModelMarkers(model, owner, []);
    };
    const listening = monaco.editor.onDidChangeMarkers(clear);
    clear();
    return () => {
      listening.dispose();
    };
  }, [editor, monaco]);
}

/** False for comments alone, as the welcome. */
export function hasQuery(text: string): boolean {
  return text.split('\n').some((line) => !/^\s*(#|$)/.test(line));
}
