/** What every part of a simulated world shares. */
import type { ErrorRecord, Principal, SessionKey, SharedMemory } from "@sessionstream/server-node";
import type { JoinBell } from "../network/doorbell.ts";
import type { DoneCalls } from "../oracle/done-calls.ts";
import type { LogWatch } from "../oracle/log-watch.ts";
import type { WriteCounts } from "../server/faulty-storage.ts";
import type { ServerSettings } from "../server/hub-process.ts";
import type { Clock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";
import type { Faults } from "./faults.ts";
import type { Permissions } from "./permissions.ts";
import type { Judge } from "./violation.ts";

export interface CommandAnswer {
  readonly principal: Principal;
  readonly url: string;
  /** Of the request. */
  readonly body: string;
  readonly status: number;
  readonly text: string;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly judge: Judge;
  readonly settings: ServerSettings;
  /** Several servers work on one storage; else there is one at a time. */
  readonly shared: boolean;
  /** The disk; a restored backup takes its place. */
  readonly storage: { memory: SharedMemory };
  readonly joinBell: JoinBell;
  readonly permissions: Permissions;
  isStorageDown(): boolean;
  readonly writes: WriteCounts;
  /** What is in the log, as an independent reader sees it. */
  readonly log: LogWatch;
  /** What tools did. */
  readonly calls: DoneCalls;
  /** How long people may take to allow a tool; `null`: nobody is asked. */
  readonly approvalMs: number | null;
  landed(session: SessionKey): void;
  onServerError(server: string, record: ErrorRecord): void;
  /** A living server has said this. */
  onAnswer(answer: CommandAnswer): void;
}
