/** Owns writing plain JSON as YAML 1.2: blocks outside, JSON's own scalars inside, so that nothing needs guessing. */
const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;
/** What YAML would read as something else than a text. */
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** `value` must be plain JSON: see `plain`. */
export function toYaml(value: unknown): string {
  return `${block(value, "").replace(/^\n/, "")}\n`;
}

/** Begins with a line break if it is more than a scalar. */
function block(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return value.map((item) => `\n${indent}- ${block(item, `${indent}  `).trimStart()}`).join("");
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  return entries.map(([key, item]) => `\n${indent}${keyText(key)}:${after(block(item, `${indent}  `))}`).join("");
}

function after(text: string): string {
  return text.startsWith("\n") ? text : ` ${text}`;
}

function keyText(key: string): string {
  return PLAIN_KEY.test(key) && !RESERVED.test(key) ? key : JSON.stringify(key);
}
