import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Owns reading the repository as a graph: which of our source files imports what. Judges nothing. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ImportEdge[];
}

interface ImportEdge {
  readonly specifier: string;
  /** Path of the imported file of ours, or the bare specifier of a package. */
  readonly target: string;
  /** Erased by the compiler. */
  readonly typeOnly: boolean;
}

const SOURCE_FOLDERS = ["proto/src", "packages/client/src", "packages/react/src", "packages/server-node/src"];

function isSource(name: string): boolean {
  return /\.tsx?$/.test(name) && !/\.(test|test-d|stories)\.tsx?$/.test(name);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function typeOnlyImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function typeOnlyExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const clause = node.exportClause;
  return (
    clause !== undefined &&
    ts.isNamedExports(clause) &&
    clause.elements.length > 0 &&
    clause.elements.every((element) => element.isTypeOnly)
  );
}

function readImports(file: ts.SourceFile, folder: string): ImportEdge[] {
  const edges: ImportEdge[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    const target = specifier.startsWith(".")
      ? relative(repositoryRoot, resolve(folder, specifier)).replaceAll("\\", "/")
      : specifier;
    edges.push({ specifier, target, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, typeOnlyImport(node));
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, typeOnlyExport(node));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteral(specifier)) add(specifier.text, false);
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      add(node.argument.literal.text, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return edges;
}

/** Every source file of the published packages, tests and stories left out. */
export function readSourceFiles(): readonly SourceFile[] {
  return SOURCE_FOLDERS.flatMap((folder) => filesBelow(join(repositoryRoot, folder))).map((absolute) => {
    const text = readFileSync(absolute, "utf8");
    const parsed = ts.createSourceFile(absolute, text, ts.ScriptTarget.Latest, true);
    return {
      path: relative(repositoryRoot, absolute).replaceAll("\\", "/"),
      text,
      imports: readImports(parsed, dirname(absolute)),
    };
  });
}

/** All files reached at run time from `entry`, and the packages they load. */
export function runtimeClosure(
  files: readonly SourceFile[],
  entry: string,
): { files: Set<string>; packages: Set<string> } {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const packages = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const edge of file.imports) {
      if (edge.typeOnly) continue;
      if (edge.specifier.startsWith(".")) queue.push(edge.target);
      else packages.add(edge.specifier);
    }
  }
  return { files: reached, packages };
}
