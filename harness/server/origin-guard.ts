/** The two headers by which a browser says for whom it asks, and of whom. */
export interface Asker {
  readonly origin: string | undefined;
  readonly host: string | undefined;
}

/** Whether a request may be heard at all, whoever sends it. */
export type OriginGuard = (asker: Asker) => boolean;

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Lets in who is no browser, the server's own pages and the pages at `origins`. A server on a loopback address
 * answers only to loopback names: a stranger's page whose name was pointed at this machine is not its own page.
 */
export function originGuard(options: {
  readonly isLoopback: boolean;
  readonly origins: readonly string[];
}): OriginGuard {
  const allowed = new Set(options.origins);
  return ({ origin, host }) => {
    const self = urlOf(`http://${host ?? ''}`);
    if (self === undefined) return false;
    if (options.isLoopback && !loopbackNames.has(self.hostname)) return false;
    if (origin === undefined || allowed.has(origin)) return true;
    const asking = urlOf(origin);
    return asking !== undefined && /^https?:$/.test(asking.protocol) && asking.host === self.host;
  };
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}

const urlOf = (text: string): URL | undefined => URL.parse(text) ?? undefined;
