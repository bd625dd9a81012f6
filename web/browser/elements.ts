/** Returns the element with this mark, if the page has it. */
export function marked(mark: string): HTMLElement | null {
  return document.querySelector(`[data-${mark}]`);
}

/** Number in a mark's value; NaN where there is none. */
export function numberOf(element: HTMLElement, name: string): number {
  return Number(element.dataset[name] ?? 'none');
}
