/** Marks in the panel, by ranges: the elements stay as they are. */
const rangeLimit = 2000;

/** `isThere`: it is known to be said, if not in what is laid out already. */
export function highlight(panel: HTMLElement, query: string, isThere: boolean): void {
  CSS.highlights.delete('found');
  const wanted = query.toLowerCase();
  if (wanted.trim() === '') return;
  let ranges = rangesOf(panel, wanted);
  if (isThere && ranges.length === 0) {
    for (const more of panel.querySelectorAll<HTMLElement>('.more')) more.click();
    ranges = rangesOf(panel, wanted);
  }
  CSS.highlights.set('found', new Highlight(...ranges));
  revealFirst(panel, ranges[0]);
}

/** A place may begin in one element and end in another: a key, and what it says. */
function rangesOf(panel: HTMLElement, wanted: string): readonly Range[] {
  const nodes: { readonly node: Node; readonly from: number }[] = [];
  const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  let all = '';
  while (walker.nextNode()) {
    const node = walker.currentNode;
    nodes.push({ node, from: all.length });
    all += smallText(node.nodeValue ?? '');
  }
  const ranges: Range[] = [];
  let at = 0;
  const goTo = (place: number): { readonly node: Node; readonly from: number } | undefined => {
    while ((nodes[at + 1]?.from ?? Number.POSITIVE_INFINITY) <= place) at += 1;
    return nodes[at];
  };
  for (
    let found = all.indexOf(wanted);
    found >= 0 && ranges.length < rangeLimit;
    found = all.indexOf(wanted, found + wanted.length)
  ) {
    const start = goTo(found);
    const end = goTo(found + wanted.length - 1);
    if (start === undefined || end === undefined) break;
    const range = new Range();
    range.setStart(start.node, found - start.from);
    range.setEnd(end.node, found + wanted.length - end.from);
    ranges.push(range);
  }
  return ranges;
}

/** In small letters, where each of them stands in the place of its capital. */
function smallText(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : text;
}

/** Opens what is folded around the first place, and brings it into view. */
function revealFirst(panel: HTMLElement, range: Range | undefined): void {
  const at = range?.startContainer.parentElement;
  for (let each = at?.closest('details'); each; each = each.parentElement?.closest('details')) {
    each.open = true;
  }
  if (at && panel.contains(at)) at.scrollIntoView({ block: 'nearest' });
}
