import ts from "typescript";
import { expect, it } from "vitest";
import { readSourceFiles } from "./source-imports.ts";

/** Lint says it in the editor; this says it again for whoever disables a rule in one file. */
const CORE =
  /^(proto\/src|packages\/client\/src\/(session|timeline|decode|thread|outbox|backend)|packages\/server-node\/src\/(hub|projection|event|command|effect|fan-out|chat))\//;

const FORBIDDEN = new Set([
  "Date",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "requestAnimationFrame",
  "crypto",
  "WebSocket",
  "fetch",
  "document",
  "window",
  "navigator",
  "localStorage",
  "process",
]);

function isValueUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent)) return false;
  return !(
    ts.isPropertySignature(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isFunctionDeclaration(parent)
  );
}

/** Names a file declares itself (a parameter called `window`, say) are not the global. */
function declaredNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name)
    )
      names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

it("L11: core code meets clock, random, sockets and the page only as arguments", () => {
  const core = readSourceFiles().filter(
    (file) => CORE.test(file.path) && !/\/(testing|gen|platform)\//.test(file.path),
  );
  expect(core.length).toBeGreaterThan(20);
  const found: string[] = [];
  for (const source of core) {
    const parsed = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
    const own = declaredNames(parsed);
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && FORBIDDEN.has(node.text) && !own.has(node.text) && isValueUse(node))
        found.push(`${source.path}: ${node.text}`);
      if (ts.isPropertyAccessExpression(node) && node.getText() === "Math.random")
        found.push(`${source.path}: Math.random`);
      ts.forEachChild(node, visit);
    };
    visit(parsed);
  }
  expect(found).toEqual([]);
});
