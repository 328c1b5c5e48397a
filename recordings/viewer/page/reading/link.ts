/** What an address says: a step, the tab that is open, and what the list is searched and filtered by. */
export interface Place {
  readonly step: string;
  readonly tab?: string;
  readonly find?: string;
  readonly lane?: string;
  readonly only?: string;
  readonly without?: string;
}

const names = ['tab', 'find', 'lane', 'only', 'without'] as const;

/** `#1/billing%233&tab=answer` */
export function hashOf(place: Place): string {
  const said = names.flatMap((name) => {
    const value = place[name];
    return value === undefined ? [] : [`&${name}=${encoded(value)}`];
  });
  return `#${encoded(place.step)}${said.join('')}`;
}

/** Reads what `hashOf` wrote, and what somebody typed: `#1/billing#3`. Undefined where no step is named. */
export function placeIn(hash: string): Place | undefined {
  const [step = '', ...rest] = hash.replace(/^#/, '').split('&');
  if (step === '') return undefined;
  const said = names.flatMap((name) => {
    const found = rest.find((each) => each.startsWith(`${name}=`));
    return found === undefined ? [] : [[name, decoded(found.slice(name.length + 1))]];
  });
  return { step: decoded(step), ...Object.fromEntries(said) };
}

const encoded = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll('%2F', '/').replaceAll('%2C', ',');

/** An address may be anything; one that is no encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
