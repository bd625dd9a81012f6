import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import type { ExplorerSettings } from './explorer-settings';
import { impersonal } from './impersonal';
import { useOpenInTab } from './open-in-tab';
import { linkTo, queryIn } from './query-link';
import { useTokenInWords } from './token-plugin';

/** The page's name, whose token goes along, and the link to what is asked. */
export function PageHead({ statisticsPage }: Pick<ExplorerSettings, 'statisticsPage'>) {
  return (
    <div className="page-head">
      {statisticsPage === null ? null : <a href={statisticsPage}>Statistics without queries</a>}
      <CopyLink />
      <p className="token-state" role="status">
        {useTokenInWords()}
      </p>
      <h1 className="explorer-name">GP Booking Gateway</h1>
    </div>
  );
}

function CopyLink() {
  const [said, setSaid] = useState('');
  const { queryEditor, variableEditor, schema } = useGraphiQL(({ queryEditor, variableEditor, schema }) => ({
    queryEditor,
    variableEditor,
    schema,
  }));
  useEffect(() => {
    const listening = queryEditor?.onDidChangeModelContent(() => {
      setSaid('');
    });
    return () => listening?.dispose();
  }, [queryEditor]);
  const copy = async () => {
    const variables = variableEditor?.getValue() ?? '';
    const kept = impersonal(queryEditor?.getValue() ?? '', variables, schema ?? null);
    if (kept === null) {
      setSaid('No link: the query is not complete, or holds text that may be about a person.');
      return;
    }
    const link = linkTo(location.href, kept);
    if (link === null) {
      setSaid('No link: the query is too long for one.');
      return;
    }
    history.replaceState(null, '', link);
    const isCopied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false,
    );
    const where = isCopied ? 'Link copied.' : 'The link is in the address bar.';
    setSaid(kept.variables === null ? `${where} Variables are left out: they may be about a person.` : where);
  };
  return (
    <>
      <span className="link-said" role="status">
        {said}
      </span>
      <button type="button" className="graphiql-button" onClick={() => void copy()}>
        Copy link
      </button>
    </>
  );
}

/** Opens the query of a link that is entered while the page is open. */
export function useLinkedQueries(): void {
  const open = useOpenInTab();
  useEffect(() => {
    const follow = () => {
      const linked = queryIn(location.hash);
      if (linked !== null) open(linked);
    };
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  });
}
