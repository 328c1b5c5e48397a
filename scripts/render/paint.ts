import { styleText } from 'node:util';

/** Gives a text a colour, or leaves it alone where nobody sees colours. */
export type Paint = (colour: 'red' | 'green' | 'yellow' | 'bold' | 'dim', text: string) => string;

export const plain: Paint = (_colour, text) => text;

export const coloured: Paint = (colour, text) => styleText(colour, text, { validateStream: false });
