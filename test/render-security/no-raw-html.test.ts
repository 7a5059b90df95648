/** What no file of the kit and of the client may even name. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../packages/", import.meta.url);
const RAW =
  /dangerouslySetInnerHTML|\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|createContextualFragment|setHTMLUnsafe|setAttribute\("style"|style=\{/;

it.each(["client/src", "react/src"])("X19 X25 %s reads no text as HTML or as code", (folder) => {
  const files = readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.tsx?$/.test(path) && !/\.test\.|testing\//.test(path),
  );
  expect(files.length).toBeGreaterThan(50);
  const offenders = files.filter((path) => RAW.test(readFileSync(new URL(`${folder}/${path}`, root), "utf8")));
  expect(offenders).toEqual([]);
});
