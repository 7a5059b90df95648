import assert from "node:assert/strict";
import type { AbilityName } from "../harness.ts";
import type { StorageCase } from "../storage-case.ts";

export const claimCases: readonly StorageCase[] = [
  {
    id: "S-48",
    title: "capabilities claim no more than this run can prove",
    async run(storage, abilities) {
      const { durability, shared, retention, redaction } = storage.capabilities;
      const prove = (claim: string, ability: AbilityName) =>
        assert.ok(
          abilities.has(ability),
          `the storage claims ${claim}, which takes the ability ${ability} to prove: add it to the harness, or claim less`,
        );
      if (retention) prove("retention: true", "retention");
      if (redaction) prove("redaction: true", "redaction");
      if (durability !== "none") {
        prove(`durability: "${durability}"`, "reopen");
        prove(`durability: "${durability}"`, "process");
      }
      if (shared) {
        prove("shared: true", "shared");
        prove("shared: true", durability === "none" ? "reopen" : "process");
      }
    },
  },
];
