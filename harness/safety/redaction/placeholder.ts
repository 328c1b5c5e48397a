/**
 * What stands where something was taken out, and is left alone from then on. Too few digits to smuggle a card number or a
 * card code in its guise.
 */
export const placeholder = /\[(?:(?:card|iban|key|e-mail) \d{1,4}|cvv \d{1,2})\]/g;
