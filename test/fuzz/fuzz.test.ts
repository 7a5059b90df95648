import { expect, it } from "vitest";
import { fuzzClient } from "./fuzz-client.ts";
import { fuzzServer } from "./fuzz-server.ts";

const elapsed = () => performance.now();
/** Not a promise of speed: a bound for what hangs. */
const timeout = 300_000;

it("X15 X18 F-W9 ten thousand mutants of server frames: no throw, no prototype changed, every client heals", {
  timeout,
}, () => {
  const { frames, answers } = fuzzClient({ seed: "client-1", frames: 10_000 }, elapsed);
  expect(frames).toBe(10_000);
  // They get as far as the rules of the timeline, not only into the parser.
  for (const answer of ["malformed-frame", "unknown-frame", "foreign-frame", "gap", "duplicate", "resync"]) {
    expect([...answers.keys()]).toContain(answer);
  }
});

it("X15 X18 F-W9 ten thousand mutants of client frames: typed errors only, nothing stored, every connection stays", {
  timeout,
}, async () => {
  const { frames, answers } = await fuzzServer({ seed: "server-1", frames: 10_000 }, elapsed);
  expect(frames).toBe(10_000);
  for (const answer of ["bad_client_frame", "protocol_error", "snapshot", "subscribed", "pong"]) {
    expect([...answers.keys()]).toContain(answer);
  }
});
