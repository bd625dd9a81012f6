import { useGraphiQL, type GraphiQLPlugin } from '@graphiql/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { isBareToken, tokenIn, tokenInWords } from './token';
import { TOKEN } from './token-store';

export const TOKEN_PLUGIN: GraphiQLPlugin = { title: 'Token', icon: KeyIcon, content: TokenPanel };

function TokenPanel() {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const headerEditor = useGraphiQL(({ headerEditor }) => headerEditor);
  const { token } = useSyncExternalStore(TOKEN.subscribe, TOKEN.state);
  const enter = (entered: string) => {
    if (!TOKEN.enter(entered)) {
      setText(entered);
      setProblem(entered.trim() === '' ? '' : 'This is no token: it has three parts and begins with eyJ.');
      return;
    }
    setText('');
    setProblem('');
    // Another one in Headers would be sent in its place.
    if (tokenIn(headerEditor?.getValue() ?? '') !== null) headerEditor?.setValue('');
  };
  return (
    <section className="side-panel token-panel" aria-label="Token">
      <h2>Token</h2>
      <p role="status">{useTokenInWords()}</p>
      <label htmlFor="token">Enter a token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={text}
        aria-describedby="token-problem"
        onChange={({ target }) => {
          enter(target.value);
        }}
      />
      <p id="token-problem" role="alert">
        {problem}
      </p>
      {token === null ? null : (
        <button
          type="button"
          className="graphiql-button"
          onClick={() => {
            TOKEN.remove();
            if (tokenIn(headerEditor?.getValue() ?? '') !== null) headerEditor?.setValue('');
          }}
        >
          Remove the token
        </button>
      )}
      <p>
        It goes with every operation and is kept in this page alone: a page that is loaded again asks for it
        again. In a demonstration <code>npm run --silent token -- --as analyst</code> prints one; elsewhere
        your identity provider gives you yours.
      </p>
      <p>
        In production, schema and queries of your own are for analysts and operators. Everybody may run the
        examples.
      </p>
    </section>
  );
}

/** Follows the token and the clock. */
export function useTokenInWords(): string {
  const state = useSyncExternalStore(TOKEN.subscribe, TOKEN.state);
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    setNow(new Date());
    const clock = setInterval(() => {
      setNow(new Date());
    }, 10_000);
    return () => {
      clearInterval(clock);
    };
  }, [state]);
  return tokenInWords(state, now);
}

/** Takes a token from Headers, too, and writes a bare one as the JSON that GraphiQL wants there. */
export function useTokenOfHeaders(): void {
  const editor = useGraphiQL(({ headerEditor }) => headerEditor);
  useEffect(() => {
    const read = () => {
      const text = editor?.getValue() ?? '';
      const token = tokenIn(text);
      if (token === null) return;
      TOKEN.enter(token);
      if (isBareToken(text)) editor?.setValue(JSON.stringify({ authorization: `Bearer ${token}` }));
    };
    read();
    const listening = editor?.onDidChangeModelContent(read);
    return () => listening?.dispose();
  }, [editor]);
}

function KeyIcon(properties: React.SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" {...properties}>
      <circle cx="5" cy="8" r="3.25" />
      <path d="M8.25 8H15M12.5 8v3M15 8v2.5" />
    </svg>
  );
}
