/**
 * Owns characters that change how text reads without being seen: controls of the writing direction, characters without
 * width (X24). In a paragraph they are the writer's business; in an address, a name or code they deceive.
 */
/** Joiners and the emoji style are not among them: scripts and emoji are written with these. */
const HIDDEN = /(?!\u200c|\u200d|\ufe0f)[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

export function hidesCharacters(text: string): boolean {
  return text.search(HIDDEN) !== -1;
}

/** Each hidden character by its number. */
export function showHidden(text: string): string {
  return text.replace(HIDDEN, (character) => `[U+${codePoint(character)}]`);
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
