/** Marks in the panel, by ranges: the elements stay as they are. */
const rangeLimit = 2000;

export function highlight(panel: HTMLElement, query: string): void {
  CSS.highlights.delete('found');
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return;
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && ranges.length < rangeLimit) {
    const node = walker.currentNode;
    const text = (node.nodeValue ?? '').toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      if (at + wanted.length > (node.nodeValue ?? '').length) break;
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  CSS.highlights.set('found', new Highlight(...ranges));
  revealFirst(panel, ranges[0]);
}

/** Opens what is folded around the first place, and brings it into view. */
function revealFirst(panel: HTMLElement, range: Range | undefined): void {
  const at = range?.startContainer.parentElement;
  for (let each = at?.closest('details'); each; each = each.parentElement?.closest('details')) {
    each.open = true;
  }
  if (at && panel.contains(at)) at.scrollIntoView({ block: 'nearest' });
}
