import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../..");

interface Snippet {
  /** Where a compiler error is to be looked for. */
  readonly name: string;
  /** A file that exists only for the compiler, beside the page, so that relative imports mean what they say. */
  readonly path: string;
  readonly text: string;
}

function pages(): string[] {
  const guides = ["docs", "docs/guides"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  );
  const packages = ["proto", "packages/client", "packages/react", "packages/server-node"];
  return ["README.md", ...guides, ...packages.map((folder) => `${folder}/README.md`)];
}

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(root, page), "utf8");
  // Files that are listed are compiled where they are.
  const own = text.replaceAll(/^<!-- file: \S+ -->\n```.*?^```/gms, "");
  return [...own.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, language, code], index) => ({
    name: `${page}, snippet ${index + 1}`,
    path: join(root, "docs", `${page.replace(/\W/g, "-")}-${index + 1}.snippet.${language}`),
    // Each snippet is a module of its own, and may await.
    text: `${code ?? ""}\nexport {};\n`,
  }));
}

/** Type-checks the snippets against the sources, as an app of ours would be. */
function problems(snippets: readonly Snippet[]): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      },
    },
  );
  if (config === undefined) throw new Error("tsconfig.json cannot be read");
  const byPath = new Map(snippets.map((snippet) => [snippet.path, snippet]));
  const host = ts.createCompilerHost(config.options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => byPath.has(path) || fileExists.call(host, path);
  host.readFile = (path) => byPath.get(path)?.text ?? readFile.call(host, path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const snippet = byPath.get(path);
    return snippet === undefined
      ? getSourceFile.call(host, path, languageVersion, ...rest)
      : ts.createSourceFile(path, snippet.text, languageVersion, true);
  };
  const program = ts.createProgram([...byPath.keys()], { ...config.options, noUnusedLocals: false }, host);
  return snippets.flatMap(({ name, path }) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
}

it("Q07 every snippet in the guides compiles", () => {
  const snippets = pages().flatMap(snippetsOf);
  expect(snippets.length).toBeGreaterThan(10);
  expect(problems(snippets)).toEqual([]);
});
