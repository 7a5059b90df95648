/**
 * Owns how a good frame becomes a bad one: some changes of its tree, some of its text. Structure-aware, so that most
 * results get past the parser; seeded, so that each can be made again.
 */
import type { JsonValue } from "@sessionstream/protocol";
import type { Random } from "../simulation/time/random.ts";

type List<Item> = readonly [Item, ...Item[]];

/** As large as a frame gets in. */
const MAX_TEXT = 60_000;

const KEYS: List<string> = [
  ...(["__proto__", "constructor", "prototype", "toString", "@type", "value", "", "sessionId", "ordinal"] as const),
  ...(["prevOrdinal", "epoch", "tag", "view", "changes", "patch", "put", "remove", "set", "clear", "append"] as const),
  ...([
    "requestId",
    "mode",
    "part",
    "lastPart",
    "entities",
    "heads",
    "payload",
    "kind",
    "id",
    "open",
    "window",
  ] as const),
  ...(["subscribe", "unsubscribe", "page", "ping", "pong", "authenticate", "timeline", "snapshot", "hello"] as const),
  ...(["error", "draining", "ephemeral", "uiEvent", "subscribed", "authExpiring", "baseOrdinal", "offset"] as const),
];

const VALUES: List<JsonValue> = [
  null,
  ...[true, false, 0, -0, -1, 1, 0.5, 1e21, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63)],
  ...["", "0", "1", "-1", "01", "1.0", "1e3", "18446744073709551615", "18446744073709551616", "9".repeat(400)],
  ...["\u0000", "\ud800", "\udfffx", "\u202e", "\u001b[31m", "a\r\nb", "é".normalize("NFD"), "😀", "__proto__"],
  ...["SNAPSHOT_MODE_FULL", "SNAPSHOT_MODE_DELTA", "SNAPSHOT_MODE_PAGE", "x".repeat(5_000), "'; DROP TABLE events;--"],
  [],
  {},
  [null],
  [[]],
  [{}],
];

export function mutateFrame(frame: JsonValue, others: List<JsonValue>, random: Random): string {
  let tree = structuredClone(frame);
  for (let left = random.int(0, 3); left > 0; left -= 1) tree = changeTree(tree, others, random);
  let text = JSON.stringify(tree);
  for (let left = random.chance(0.3) ? random.int(1, 3) : 0; left > 0; left -= 1)
    text = changeText(text, others, random);
  return text.slice(0, MAX_TEXT);
}

/** Its own, for what follows may change it. */
function aValue(random: Random): JsonValue {
  return structuredClone(random.pick(VALUES));
}

interface Place {
  readonly parent: JsonValue[] | { [key: string]: JsonValue };
  readonly key: string;
}

/** Every place below the root that has a value. */
function placesOf(root: JsonValue): Place[] {
  const places: Place[] = [];
  const open: JsonValue[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    for (const [key, value] of Object.entries(next)) {
      places.push({ parent: next, key });
      open.push(value);
    }
  }
  return places;
}

function changeTree(root: JsonValue, others: List<JsonValue>, random: Random): JsonValue {
  const [first, ...rest] = placesOf(root);
  if (first === undefined) return aValue(random);
  const place = random.pick([first, ...rest]);
  const value = read(place);
  switch (random.int(0, 9)) {
    case 0:
      write(place, aValue(random));
      break;
    case 1:
      remove(place);
      break;
    case 2:
      remove(place);
      write({ ...place, key: random.pick(KEYS) }, value);
      break;
    case 3:
      write({ ...place, key: random.pick(KEYS) }, structuredClone(value));
      break;
    case 4:
      write(place, splice(random.pick(others), random));
      break;
    case 5:
      write(place, nextTo(value, random));
      break;
    case 6:
      write(place, nested(value, random));
      break;
    case 7:
      write(place, widened(value, random));
      break;
    case 8:
      if (Array.isArray(value)) value.reverse().push(...structuredClone(value));
      else write(place, [value, value]);
      break;
    default:
      write(place, structuredClone(read(random.pick([first, ...rest]))));
  }
  return root;
}

function read({ parent, key }: Place): JsonValue {
  return (Array.isArray(parent) ? parent[Number(key)] : parent[key]) ?? null;
}

/** Defined, so that `__proto__` is a key like any other. */
function write({ parent, key }: Place, value: JsonValue): void {
  const target = Array.isArray(parent) && !/^\d+$/.test(key) ? String(parent.length) : key;
  Object.defineProperty(parent, target, { value, enumerable: true, configurable: true, writable: true });
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function splice(other: JsonValue, random: Random): JsonValue {
  const [first, ...rest] = placesOf(other);
  return first === undefined ? other : structuredClone(read(random.pick([first, ...rest])));
}

/** A little more or less: where bounds are wrong by one. */
function nextTo(value: JsonValue, random: Random): JsonValue {
  if (typeof value === "number") return value + random.pick([-1, 1, 0.5, 2 ** 32]);
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return aValue(random);
  if (/^\d{1,19}$/.test(value)) return String(BigInt(value) + BigInt(random.pick([-1, 1, 2, 1_000])));
  const at = random.int(0, value.length);
  return (
    value.slice(0, at) + random.pick(["", "\ud83d", "\u0000", "/", "%", "é", "😀"]) + value.slice(at + random.int(0, 1))
  );
}

function nested(value: JsonValue, random: Random): JsonValue {
  let around = value;
  for (let left = random.pick([1, 30, 33, 300]); left > 0; left -= 1)
    around = random.chance(0.5) ? [around] : { a: around };
  return around;
}

function widened(value: JsonValue, random: Random): JsonValue {
  const count = random.pick([2, 256, 257, 4_097]);
  if (random.chance(0.5)) return Array.from({ length: count }, () => (typeof value === "object" ? null : value));
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 0]));
}

function changeText(text: string, others: List<JsonValue>, random: Random): string {
  const at = random.int(0, text.length);
  switch (random.int(0, 7)) {
    case 0:
      return text.slice(0, at);
    case 6:
      return text.replace(/:(\d+|"[^"]*")/, `:${"[".repeat(20_000)}${"]".repeat(20_000)}`);
    case 1:
      return text.slice(at);
    case 2:
      return (
        text.slice(0, at) +
        random.pick(["{", "}", "[", "]", '"', ",", ":", "\\", "\u0000", "1", "e", "-"]) +
        text.slice(at)
      );
    case 3:
      return text.slice(0, at) + String.fromCharCode(random.int(0, 0xffff)) + text.slice(at + 1);
    case 4:
      return text + JSON.stringify(random.pick(others));
    // The same key twice: the last one counts, for everybody or for nobody.
    case 5:
      return text.replace("{", `{${JSON.stringify(random.pick(KEYS))}:${JSON.stringify(aValue(random))},`);
    default:
      return text.replaceAll('"sessionId"', '"\\u0073essionId"');
  }
}
