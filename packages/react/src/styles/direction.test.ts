import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const folder = new URL("./", import.meta.url);

it("V22 no rule asks for :dir(), which bundlers rewrite into a list of languages: a page's dir attribute decides", () => {
  const styles = readdirSync(folder).filter((name) => name.endsWith(".css"));
  expect(styles.length).toBeGreaterThan(0);
  const asking = styles.filter((name) => {
    const rules = readFileSync(new URL(name, folder), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    return rules.includes(":dir(");
  });
  expect(asking).toEqual([]);
});
