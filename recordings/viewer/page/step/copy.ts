import { byId, element } from '../element.ts';

/** How long a button says that it has done what it is there for. */
const doneMs = 1500;

/** A button that copies a text, which is made when it is asked for. */
export function copyButton(what: string, text: () => string, face = 'Copy'): HTMLButtonElement {
  const label = `Copy ${what}`;
  const button = element(
    'button',
    { type: 'button', class: 'copy', title: label, 'aria-label': label },
    face,
  );
  const copy = async (): Promise<void> => {
    button.textContent = (await copyText(text())) ? 'Copied' : 'Not copied';
    setTimeout(() => (button.textContent = face), doneMs);
  };
  button.addEventListener('click', () => void copy());
  return button;
}

/** Says whether it was copied: a browser may refuse. */
export async function copyText(text: string): Promise<boolean> {
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  byId('said').textContent = isCopied ? 'Copied.' : 'The browser does not let this page copy.';
  return isCopied ?? false;
}
