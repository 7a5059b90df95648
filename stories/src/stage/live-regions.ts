/** Owns listening as a screen reader does: every text that appears in the announcer's live regions, in order. */
export interface Said {
  readonly polite: readonly string[];
  readonly assertive: readonly string[];
}

export function listen(canvasElement: HTMLElement): Said {
  const said = { polite: [] as string[], assertive: [] as string[] };
  for (const urgency of ["polite", "assertive"] as const) {
    const region = canvasElement.querySelector(`[data-part=announcer] [aria-live=${urgency}]`);
    if (region === null) throw new Error("There is no announcer to listen to.");
    new MutationObserver(() => {
      if (region.textContent !== "") said[urgency].push(region.textContent);
    }).observe(region, { childList: true, characterData: true, subtree: true });
  }
  return said;
}
