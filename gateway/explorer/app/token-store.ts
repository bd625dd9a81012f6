import { tokenIn, type TokenState } from './token';

/** A mark in the tab of the browser, so that a page that is loaded again can say that its token is gone. */
const HAD_TOKEN = 'explorer:had-token';

type Listener = () => void;

/** The token of this page: in memory alone, since it belongs to a person. */
function tokenStore() {
  let state: TokenState = { token: null, refusal: null, wasLost: sessionStorage.getItem(HAD_TOKEN) !== null };
  const listeners = new Set<Listener>();
  const change = (next: TokenState) => {
    state = next;
    if (next.token === null) sessionStorage.removeItem(HAD_TOKEN);
    else sessionStorage.setItem(HAD_TOKEN, 'yes');
    for (const listener of listeners) listener();
  };
  return {
    state: () => state,
    subscribe(listener: Listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** @returns false where the text holds no token */
    enter(text: string): boolean {
      const token = tokenIn(text);
      if (token !== null && token !== state.token) change({ token, refusal: null, wasLost: false });
      return token !== null;
    },
    remove(): void {
      change({ token: null, refusal: null, wasLost: false });
    },
    /** @param refusal the gateway's words, null where it took this token */
    judged(token: string, refusal: string | null): void {
      if (token === state.token && refusal !== state.refusal) change({ ...state, refusal });
    },
  };
}

export const TOKEN = tokenStore();
