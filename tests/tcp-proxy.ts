import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of something that a client sends: it goes through, the connection is cut before it goes on, or it is cut
 * after the server has answered it and before the answer comes back.
 */
export type Verdict = 'FORWARD' | 'CUT' | 'CUT_REPLY';

/** Stands between a client and a server on this machine, and cuts the line at a chosen moment. */
export interface TcpProxy {
  port: number;
  /** Judges each piece that a client sends; everything goes through until this is set. */
  judge: (sent: Buffer) => Verdict;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const proxy: TcpProxy = { port: 0, judge: () => 'FORWARD', close };

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    let isReplyCut = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        open.delete(socket);
        cut();
      });
    }
    client.on('data', (sent) => {
      const verdict = proxy.judge(sent);
      if (verdict === 'CUT') {
        cut();
        return;
      }
      isReplyCut ||= verdict === 'CUT_REPLY';
      upstream.write(sent);
    });
    upstream.on('data', (reply) => {
      if (isReplyCut) cut();
      else client.write(reply);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server listens on a port.');
  proxy.port = address.port;
  return proxy;

  async function close(): Promise<void> {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

/** The first piece for which `matches` is true meets the verdict; everything after it goes through. */
export function onceWhere(matches: (sent: Buffer) => boolean, verdict: Verdict): TcpProxy['judge'] {
  let isOver = false;
  return (sent) => {
    if (isOver || !matches(sent)) return 'FORWARD';
    isOver = true;
    return verdict;
  };
}
