/**
 * Owns what counts as the same DOM: elements, text and every attribute that carries meaning or state. Ids that React
 * numbers by mounting order do not. Runs inside the page, so it may use nothing from outside of itself.
 */
export function normaliseDom(root: Element): string {
  const numbered = new Set(["id", "aria-controls", "aria-labelledby", "aria-describedby"]);
  const lines: string[] = [];
  const walk = (node: Node, depth: number): void => {
    const indent = "  ".repeat(depth);
    if (node instanceof Text) lines.push(`${indent}${JSON.stringify(node.data)}`);
    if (!(node instanceof Element)) return;
    if (node instanceof SVGElement) return;
    const attributes = [...node.attributes]
      .filter(({ name }) => !numbered.has(name))
      .map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`)
      .sort();
    lines.push(`${indent}${node.localName}${attributes.join("")}`);
    for (const child of node.childNodes) walk(child, depth + 1);
  };
  const copy = root.cloneNode(true);
  copy.normalize();
  for (const child of copy.childNodes) walk(child, 0);
  return lines.join("\n");
}
