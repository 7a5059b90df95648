/** The frames that mutants come from: all of the golden scripts, each once, as if they were of one log. */
import type { JsonValue } from "@sessionstream/protocol";
import { FRAME_SCRIPT_NAMES, frameScript } from "@sessionstream/protocol/testing";

export const SESSION = "s-1";
export const EPOCH = "e-1";

/** Otherwise most mutants would end at the first question: whose is it? */
function inOneLog(text: string): string {
  return text
    .replace(/"sessionId":"[^"]+"/g, `"sessionId":"${SESSION}"`)
    .replace(/"epoch":"[^"]+"/g, `"epoch":"${EPOCH}"`);
}

export function goldenFrames(from: "client" | "server"): readonly [JsonValue, ...JsonValue[]] {
  const steps = FRAME_SCRIPT_NAMES.flatMap((name) => frameScript(name).steps).filter((step) => step.from === from);
  const texts = new Set(steps.map(({ frame }) => inOneLog(JSON.stringify(frame))));
  // CAST: what JSON.parse gives is JSON.
  const [first, ...rest] = [...texts].map((text) => JSON.parse(text) as JsonValue);
  if (first === undefined) throw new Error("there are no golden frames");
  return [first, ...rest];
}
