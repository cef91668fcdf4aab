// Brings what appears in a scrolled dialog into view, so that an answer is not missed below the edge.

/** A ref for what is to be seen at once when it appears; its `scroll-margin` keeps it clear of a dialog's head and foot. */
export function intoView(element: Element | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

/** The same for what is read from its top. */
export function intoViewFromTop(element: Element | null): void {
  element?.scrollIntoView({ block: 'start' });
}
