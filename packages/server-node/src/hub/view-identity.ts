/**
 * Owns the name of a view: which projections made it, and how often it was rebuilt. `projectionsId.counter`; the
 * counter never goes back, so a name never comes to mean other entities.
 */
export function firstView(projectionsId: string): string {
  return `${projectionsId}.0`;
}

export function isMadeBy(view: string, projectionsId: string): boolean {
  return view.startsWith(`${projectionsId}.`);
}

/** The name of the view that replaces `previous`. */
export function nextView(projectionsId: string, previous: string): string {
  const counter = Number.parseInt(previous.slice(previous.lastIndexOf(".") + 1), 10);
  return `${projectionsId}.${Number.isInteger(counter) ? counter + 1 : 1}`;
}
