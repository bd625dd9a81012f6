/** Keeps cookies by name and path, and follows no redirect by itself. */
export interface CookieBrowser {
  get(url: string): Promise<Response>;
  post(url: string, form: Record<string, string>): Promise<Response>;
  /** Follows redirects until a page is answered, or one that leads to where `until` says. */
  follow(response: Response, until?: (url: string) => boolean): Promise<{ response: Response; url: string }>;
  /** The values by name, and by path where it is not that of the whole site. */
  cookies: Map<string, string>;
}

const MAX_REDIRECTS = 10;
const pathOf = (key: string) => key.split(' ')[1] ?? '/';

/** A browser in which cookies hold for a host whatever its port, as in real ones. */
export function cookieBrowser(cookies = new Map<string, string>()): CookieBrowser {
  async function send(url: string, init: { method?: string; body?: URLSearchParams }): Promise<Response> {
    const cookie = [...cookies]
      .filter(([key]) => new URL(url).pathname.startsWith(pathOf(key)))
      .map(([key, value]) => `${key.split(' ')[0]}=${value}`)
      .join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /;\s*path=([^;]*)/i.exec(line)?.[1] ?? '/';
      const key = path === '/' ? name : `${name} ${path}`;
      if (value === '') cookies.delete(key);
      else cookies.set(key, value);
    }
    return response;
  }
  return {
    cookies,
    get: (url) => send(url, {}),
    post: (url, form) => send(url, { method: 'POST', body: new URLSearchParams(form) }),
    async follow(first, until = () => false) {
      let response = first;
      let url = first.url;
      for (let step = 0; step < MAX_REDIRECTS; step += 1) {
        const location = response.headers.get('location');
        if (location === null) return { response, url };
        url = new URL(location, url).href;
        if (until(url)) return { response, url };
        response = await send(url, {});
      }
      throw new Error('The redirects do not end.');
    },
  };
}
