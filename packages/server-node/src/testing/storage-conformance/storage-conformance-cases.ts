/** Owns the list: every clause of storage/CONTRACT.md, in its order. */
import { atomicityCases } from "./cases/atomicity-cases.ts";
import { claimCases } from "./cases/claim-cases.ts";
import { commandCases } from "./cases/command-cases.ts";
import { concurrencyCases } from "./cases/concurrency-cases.ts";
import { durabilityCases } from "./cases/durability-cases.ts";
import { endingCases } from "./cases/ending-cases.ts";
import { entityCases } from "./cases/entity-cases.ts";
import { faultCases } from "./cases/fault-cases.ts";
import { gaplessCases } from "./cases/gapless-cases.ts";
import { headCases } from "./cases/head-cases.ts";
import { historyCases } from "./cases/history-cases.ts";
import { identityCases } from "./cases/identity-cases.ts";
import { leaseCases } from "./cases/lease-cases.ts";
import { readingCases } from "./cases/reading-cases.ts";
import { redactionCases } from "./cases/redaction-cases.ts";
import { retentionCases } from "./cases/retention-cases.ts";
import { roundTripCases } from "./cases/round-trip-cases.ts";
import { sharedCommitCases } from "./cases/shared-commit-cases.ts";
import type { StorageCase } from "./storage-case.ts";

export const storageConformanceCases: readonly StorageCase[] = [
  ...readingCases,
  ...headCases,
  ...atomicityCases,
  ...entityCases,
  ...commandCases,
  ...identityCases,
  ...roundTripCases,
  ...concurrencyCases,
  ...endingCases,
  ...historyCases,
  ...durabilityCases,
  ...faultCases,
  ...claimCases,
  ...leaseCases,
  ...sharedCommitCases,
  ...retentionCases,
  ...redactionCases,
  ...gaplessCases,
];
