/** What an address says: a step, and the tab that is open. */
export interface Place {
  readonly step: string;
  readonly tab?: string;
}

/** `#1/billing%233&tab=answer` */
export function hashOf({ step, tab }: Place): string {
  const name = encodeURIComponent(step).replaceAll('%2F', '/');
  return `#${name}${tab === undefined ? '' : `&tab=${encodeURIComponent(tab)}`}`;
}

/** Reads what `hashOf` wrote, and what somebody typed: `#1/billing#3`. Undefined where no step is named. */
export function placeIn(hash: string): Place | undefined {
  const [step = '', ...rest] = hash.replace(/^#/, '').split('&');
  const tab = rest.find((each) => each.startsWith('tab='))?.slice('tab='.length);
  if (step === '') return undefined;
  return { step: decoded(step), ...(tab === undefined ? {} : { tab: decoded(tab) }) };
}

/** An address may be anything; one that is no encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
