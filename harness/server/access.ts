import type { Principal } from '../session/event.ts';
import type { KeyHolder, KeyStore } from '../session/key-store.ts';
import { unauthenticated } from './api-error.ts';
import { findApiKey } from './api-key.ts';

/** How the server knows who is asking. */
export type Access =
  | { readonly kind: 'keys'; readonly keys: KeyStore }
  /** Everybody who reaches the server is this principal; loopback addresses only. */
  | { readonly kind: 'development'; readonly principal: Principal };

/** Who holds `key`. Throws ApiError 401. */
export async function holderOf(access: Access, key: string | undefined): Promise<KeyHolder> {
  if (access.kind === 'development') return { kind: 'person', principal: access.principal };
  const found = key === undefined ? undefined : await findApiKey(access.keys, key);
  if (found === undefined) throw unauthenticated();
  return found;
}

/** The key in an `Authorization` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
