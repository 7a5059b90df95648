import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_JSON_BOUNDS } from "@sessionstream/protocol";
import { DEFAULT_HUB_LIMITS } from "@sessionstream/server-node";
import { DEFAULT_HTTP_LIMITS } from "@sessionstream/server-node/http";
import { DEFAULT_SERVER_TIMEOUTS } from "@sessionstream/server-node/node";
import { DEFAULT_WEBSOCKET_LIMITS } from "@sessionstream/server-node/ws";
import { expect, it } from "vitest";

const page = readFileSync(resolve(fileURLToPath(import.meta.url), "../../../docs/security.md"), "utf8");
const section = page.slice(page.indexOf("## Limits"));

/** `name → default` of the table under `heading`. */
function table(heading: string): ReadonlyMap<string, string> {
  const [text = ""] = section
    .slice(section.indexOf(`### ${heading}`))
    .slice(4)
    .split("\n### ");
  return new Map(
    [...text.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name = "", value = ""]) => [name, value.trim()]),
  );
}

function written(name: string, value: unknown): string {
  // Depends on the process.
  if (name === "maxTotalQueuedBytes") return "a quarter of the heap's limit";
  if (typeof value === "object" && value !== null && "perSecond" in value && "burst" in value) {
    const unit = name.endsWith("Bytes") ? "Bytes" : "";
    return `${written(unit, value.perSecond)} a second, ${written(unit, value.burst)} at once`;
  }
  const number = Number(value);
  if (name.endsWith("Bytes")) return number % 2 ** 20 === 0 ? `${number / 2 ** 20} MiB` : `${number / 1024} KiB`;
  if (name.endsWith("Ms")) return number % 60_000 === 0 ? `${number / 60_000} min` : `${number / 1_000} s`;
  return number.toLocaleString("en");
}

const { fanOut, ...hub } = DEFAULT_HUB_LIMITS;

it.each([
  ["Sockets", DEFAULT_WEBSOCKET_LIMITS],
  ["HTTP", DEFAULT_HTTP_LIMITS],
  ["The server", { ...DEFAULT_SERVER_TIMEOUTS }],
  ["The hub", hub],
  ["What a session sends", fanOut],
  ["JSON from outside", DEFAULT_JSON_BOUNDS],
])("X10 X11 docs/security.md says every knob and default: %s", (heading, defaults) => {
  const expected = Object.entries(defaults).map(([name, value]: [string, unknown]) => [name, written(name, value)]);
  expect(Object.fromEntries(table(heading))).toEqual(Object.fromEntries(expected));
});
