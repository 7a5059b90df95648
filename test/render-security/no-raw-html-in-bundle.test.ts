/**
 * What a page that uses the kit carries in the end, dependencies included: no way from text to HTML or to code, but those
 * that are listed here with their reason. Sources by themselves are `no-raw-html.test.ts`'s.
 */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { build } from "vite";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

const PAGE = `
  import * as client from "@sessionstream/client";
  import * as outbox from "@sessionstream/client/outbox";
  import * as react from "@sessionstream/react";
  import * as devtools from "@sessionstream/react/devtools";
  import * as widgets from "@sessionstream/react/widgets";
  import { createElement } from "react";
  import { createRoot } from "react-dom/client";
  globalThis.everything = { client, outbox, react, devtools, widgets };
  createRoot(document.body).render(createElement(widgets.ChatWidget, { url: "/api/chat", sessionId: "s-1" }));
`;

const RAW =
  /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|DOMParser|\beval\(|\bnew Function\b|createContextualFragment|setHTMLUnsafe/;

const ALLOWED: Readonly<Record<string, string>> = {
  "node_modules/react-dom/cjs/react-dom-client.production.js":
    "React's own: HTML only from a property that no source of ours may name, and an empty script element",
  "node_modules/decode-named-character-reference/index.dom.js":
    "the markdown parser's reader of `&name;`: never reached, because `named-references.ts` hides these from it; a name is letters and digits",
};

it("X19 X25 a built page has no way from text to HTML or to code but the listed ones", async () => {
  const modules = await modulesOf(PAGE);
  expect(modules.length).toBeGreaterThan(200);
  const offenders = modules.filter(({ code }) => RAW.test(code) && RAW.test(withoutComments(code)));
  expect(offenders.map(({ path }) => path).toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});

interface BuiltModule {
  /** From the root of the repository. */
  readonly path: string;
  /** What of it is in the page: without what nobody reaches. */
  readonly code: string;
}

async function modulesOf(page: string): Promise<readonly BuiltModule[]> {
  // Below the root, so that packages are found from there.
  const entry = `${root}test/page.js`;
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    mode: "production",
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["@sessionstream/source", "module", "browser", "production"] },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? page : undefined),
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: entry } },
  });
  if (!("output" in built)) throw new Error("One page was to be built.");
  return built.output.flatMap((file) =>
    file.type === "chunk"
      ? Object.entries(file.modules).map(([id, { code }]) => ({ path: id.replace(root, ""), code: code ?? "" }))
      : [],
  );
}

function withoutComments(code: string): string {
  const compilerOptions = { removeComments: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}
