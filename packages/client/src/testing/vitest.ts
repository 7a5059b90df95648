/** The conformance suite of backends as a vitest suite. Apart, because it imports vitest. */
import { sessionId } from "@sessionstream/protocol";
import { describe, it } from "vitest";
import { BACKEND_CASES } from "./backend-conformance/backend-cases.ts";
import type { BackendFixture } from "./backend-conformance/backend-fixture.ts";
import { THREAD_LIST_CASES } from "./thread-list-conformance/thread-list-cases.ts";
import type { ThreadListFixture } from "./thread-list-conformance/thread-list-fixture.ts";

export interface BackendConformanceOptions {
  /** Case id → why it does not apply. Printed with the skip. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** `open` makes a fresh backend and server for each case. */
export function describeBackendConformance(
  name: string,
  open: () => Promise<BackendFixture>,
  { skip = {} }: BackendConformanceOptions = {},
): void {
  describe(`${name} is a ChatBackend`, () => {
    for (const { id, title, run } of BACKEND_CASES) {
      const reason = skip[id];
      if (reason !== undefined) {
        it.skip(`${id} ${title} (skipped: ${reason})`);
        continue;
      }
      it(`${id} ${title}`, async () => {
        const fixture = await open();
        try {
          await run(fixture, sessionId(`conformance-${id}`));
        } finally {
          await fixture.close();
        }
      });
    }
  });
}

/** The same for whatever keeps a list of threads. */
export function describeThreadListConformance(name: string, open: () => Promise<ThreadListFixture>): void {
  describe(`${name} is a ThreadList`, () => {
    for (const { id, title, run } of THREAD_LIST_CASES) {
      it(`${id} ${title}`, async () => {
        const fixture = await open();
        try {
          await run(fixture);
        } finally {
          await fixture.close();
        }
      });
    }
  });
}
