/**
 * Owns reading what an entry of a package exports, from its source. Syntax is enough: under `isolatedModules` whatever
 * is exported without `type` is a value. Judges nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { repositoryRoot } from "./source-imports.ts";

export interface PackageEntry {
  /** As users import it: `@sessionstream/client/testing`. */
  readonly specifier: string;
  readonly file: string;
}

export const PACKAGE_FOLDERS = ["proto", "packages/client", "packages/react", "packages/server-node"];

/** The TypeScript entries of a package, as its `exports` says. */
export function packageEntries(folder: string): readonly PackageEntry[] {
  // CAST: our own manifest.
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  return Object.entries(manifest.exports).flatMap(([path, conditions]) => {
    const source = typeof conditions === "string" ? conditions : (conditions["@sessionstream/source"] ?? path);
    if (!/\.tsx?$/.test(source)) return [];
    return [{ specifier: manifest.name + path.slice(1), file: join(repositoryRoot, folder, source) }];
  });
}

/** Sorted; types as `type Name`. */
export function exportedNames(file: string): readonly string[] {
  return [...new Set(parse(file).statements.flatMap((statement) => namesOf(statement, file)))].sort(byName);
}

export function hasDefaultExport(path: string, text: string): boolean {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return statements.some((statement) => {
    if (ts.isExportAssignment(statement)) return true;
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause))
      return statement.exportClause.elements.some(({ name }) => name.text === "default");
    return modifiersOf(statement).includes(ts.SyntaxKind.DefaultKeyword);
  });
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}

function namesOf(statement: ts.Statement, file: string): readonly string[] {
  if (ts.isExportDeclaration(statement)) return namesOfClause(statement, file);
  if (!modifiersOf(statement).includes(ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    return [`type ${statement.name.text}`];
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
    return [statement.name?.text ?? "default"];
  }
  throw new Error(`${file}: what is exported here?\n${statement.getText()}`);
}

function namesOfClause({ exportClause, isTypeOnly, moduleSpecifier }: ts.ExportDeclaration, file: string) {
  if (exportClause === undefined) return exportedNames(sourceOf(moduleSpecifier, file));
  if (!ts.isNamedExports(exportClause)) return [exportClause.name.text];
  return exportClause.elements.map((element) =>
    isTypeOnly || element.isTypeOnly ? `type ${element.name.text}` : element.name.text,
  );
}

function sourceOf(specifier: ts.Expression | undefined, file: string): string {
  const target = specifier && ts.isStringLiteral(specifier) ? resolve(dirname(file), specifier.text) : "";
  if (!existsSync(target)) throw new Error(`${file}: "export *" is for files of ours alone`);
  return target;
}

function modifiersOf(statement: ts.Statement): readonly ts.SyntaxKind[] {
  return ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []).map(({ kind }) => kind) : [];
}

function byName(a: string, b: string): number {
  const [left, right] = [a.replace(/^type /, ""), b.replace(/^type /, "")];
  return left < right ? -1 : left > right ? 1 : 0;
}
