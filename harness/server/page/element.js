/** An element with a class, where it has one, and text: what people and models said never becomes markup. */
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

export function button(word, className, onClick) {
  const made = element('button', className, word);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}
