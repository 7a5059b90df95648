import assert from "node:assert/strict";
import type { StorageCase } from "../storage-case.ts";

export const claimCases: readonly StorageCase[] = [
  {
    id: "S-48",
    title: "capabilities claim no more than this run can prove",
    async run(storage, abilities) {
      const { durability, shared, retention, redaction } = storage.capabilities;
      if (retention) assert.ok(abilities.has("retention"), "retention needs the cases of retention");
      if (redaction) assert.ok(abilities.has("redaction"), "redaction needs the cases of redaction");
      if (durability !== "none") {
        assert.ok(abilities.has("reopen"), `durability "${durability}" needs the ability reopen`);
        assert.ok(abilities.has("process"), `durability "${durability}" needs the ability process`);
      }
      if (shared) {
        assert.ok(abilities.has("shared"), "shared needs the cases of shared storage");
        const proof = durability === "none" ? "reopen" : "process";
        assert.ok(abilities.has(proof), `shared needs the ability ${proof}`);
      }
    },
  },
];
