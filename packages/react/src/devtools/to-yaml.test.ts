import fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { plain } from "./plain.ts";
import { toYaml } from "./to-yaml.ts";

it("V23 V24 what is written as YAML reads back as it was", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      // JSON.parse, as the wire gives it: negative zero and "__proto__" as JSON has them.
      const json: unknown = JSON.parse(JSON.stringify(value));
      expect(parse(toYaml(plain(json)))).toEqual(json);
    }),
  );
});

it("V23 is readable", () => {
  expect(toYaml({ number: 7, facts: { changes: [{ kind: "ChatMessage", append: [] }], yes: "no" } })).toBe(
    'number: 7\nfacts:\n  changes:\n    - kind: "ChatMessage"\n      append: []\n  "yes": "no"\n',
  );
});
