/** Monaco has no types of its own for its parts. */
declare module 'monaco-editor/esm/vs/editor/browser/config/tabFocus.js' {
  export const TabFocus: { setTabFocusMode(tabMovesFocus: boolean): void };
}
