import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const FOLDERS = ["proto", "packages", "test", "stories/src", "bench", "examples"];

/** Ids of requirements, laws, failures, invariants, security defaults, left-behind defects and users' pains. */
const ID = String.raw`(?<![\w-])(?:AT-\d+|F-[A-Z]\d+|AN-\d+|[PHSCKVGQ]\d\d|L\d{1,2}|X\d{1,2}|I\d{1,2})(?![\w-])`;
/** Titles: texts that begin with an id, wherever they stand (rows of a table too), and texts handed to a test. */
const TITLES = [
  new RegExp(`["'\`](${ID}[ ,:][^"'\`\\n]*)["'\`]`, "g"),
  /\b(?:it|test|describe|step)(?:\.\w+)*\(\s*["'`]([^"'`]{3,300})["'`]/g,
];

function testFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => /\.(?:test|stories)\.tsx?$|[\\/]testing[\\/].*cases?\.ts$/.test(path)),
  );
}

function citedIds(): Set<string> {
  const cited = new Set<string>();
  for (const path of testFiles()) {
    const text = readFileSync(path, "utf8");
    for (const [, title] of TITLES.flatMap((pattern) => [...text.matchAll(pattern)])) {
      for (const [id] of (title ?? "").matchAll(new RegExp(ID, "g"))) cited.add(id);
    }
  }
  return cited;
}

function listedIds(): string[] {
  const page = readFileSync(join(root, "docs/requirements.md"), "utf8");
  return [...page.matchAll(/^\| ([A-Z][\w-]*\d+) \|/gm)].map((match) => match[1] ?? "");
}

it("Q07 docs/requirements.md lists exactly the ids that test titles cite, each once", () => {
  const listed = listedIds();
  expect(new Set(listed).size).toBe(listed.length);
  const cited = citedIds();
  expect({
    missing: [...cited].filter((id) => !listed.includes(id)).sort(),
    uncited: listed.filter((id) => !cited.has(id)).sort(),
  }).toEqual({ missing: [], uncited: [] });
});
