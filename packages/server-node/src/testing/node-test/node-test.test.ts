import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { storageConformanceCases } from "../storage-conformance/storage-conformance-cases.ts";

const EXAM = fileURLToPath(new URL("./testing/memory-exam.ts", import.meta.url));
const FLAGS = ["--conditions=@sessionstream/source", "--import", "tsx", "--test", "--test-reporter=tap"];

it("H54 the exam runs under node:test, skips by name, and finds a store that forgets", () => {
  const { stdout, status } = spawnSync(process.execPath, [...FLAGS, EXAM], { encoding: "utf8" });
  const titles = (pattern: RegExp) => [...stdout.matchAll(pattern)].map(([, title]) => title);
  const [memory = "", forgetful = ""] = stdout.split("# Subtest: storage conformance: forgetful");
  expect(status).toBe(1);
  expect(memory).not.toMatch(/^\s+not ok/m);
  expect(titles(/^\s+ok \d+ - (S-\d+)/gm).length).toBeGreaterThanOrEqual(storageConformanceCases.length);
  expect(memory).toMatch(/ok \d+ - S-42 .* # SKIP memory is one process's own/);
  expect(forgetful).toMatch(/^\s+not ok \d+ - S-2 /m);
});
