import { append, committed, contents, same, sorted } from "../check.ts";
import { aCommand, aHead, anEntity, anEvent, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const PAYLOADS = [
  "",
  "{}",
  `{"@type":"type.googleapis.com/test.Text","text":"${"x".repeat(64 * 1024)}"}`,
  '{"text":"\\u0000 and \\ud83d\\ude00 escaped"}',
  `{"text":"${"😀é漢字".repeat(5_000)}"}`,
  '{"__proto__":{"polluted":true},"constructor":1}',
  ' {"b" : 1.0, "a":1e3,\n"b":2, "big": 12345678901234567890 } ',
  "'; DROP TABLE sessions; --",
];

const TWO_TO_53 = 2n ** 53n;
const ORDINALS = [
  1n,
  TWO_TO_53 - 2n,
  TWO_TO_53 - 1n,
  TWO_TO_53,
  TWO_TO_53 + 1n,
  TWO_TO_53 + 2n,
  2n ** 63n - 2n,
  2n ** 63n - 1n,
];

export const roundTripCases: readonly StorageCase[] = [
  {
    id: "S-32",
    title: "payloads come back exactly",
    async run(storage) {
      const events = PAYLOADS.map((payload, index) => anEvent(BigInt(index) + 1n, { payload }));
      const put = PAYLOADS.map((payload, index) => anEntity(`entity-${index}`, { payload }));
      await append(storage, "r1", { events, entities: { put, forget: [] } });
      for (const [index, outcome] of PAYLOADS.entries()) {
        const command = aCommand(`c${index}`, { outcome, fingerprint: outcome });
        await append(storage, `command-${index}`, { command });
        same(await storage.command(SESSION, `c${index}`), command);
      }
      const found = await contents(storage);
      same(found?.events, events);
      same(found?.entities, sorted(put));
    },
  },
  {
    id: "S-33",
    title: "H60 ordinals are exact up to 2^63-1",
    async run(storage) {
      const events = ORDINALS.map((ordinal) => anEvent(ordinal));
      const put = ORDINALS.map((ordinal) =>
        anEntity(`at-${ordinal}`, { createdOrdinal: ordinal, lastEventOrdinal: ordinal }),
      );
      const last = 2n ** 63n - 1n;
      const head = aHead({
        revision: "r1",
        ordinal: last,
        tag: `event-${last}`,
        projected: last - 1n,
        horizon: TWO_TO_53 + 1n,
      });
      await committed(storage, { session: SESSION, expect: null, head, events, entities: { put, forget: [] } });
      same(await contents(storage), { head, events, entities: sorted(put) });
      for (const [index, after] of ORDINALS.entries()) {
        same(await storage.events(SESSION, { after, limit: 100 }), events.slice(index + 1));
      }
    },
  },
  {
    id: "S-34",
    title: "H59 what is optional stays absent; times, indexes and lists are exact",
    async run(storage) {
      const events = [
        anEvent(1n),
        anEvent(2n, { at: 0, commandId: "c1", skippedBy: ["timeline@1", "other@2", "timeline@1"] }),
        anEvent(3n, { at: 8_640_000_000_000_000 }),
      ];
      const put = [
        anEntity("a", { createdIndex: 0, createdAt: 0, open: true }),
        anEntity("b", { createdIndex: 70_000, updatedAt: 8_640_000_000_000_000, commandId: "c1" }),
      ];
      await append(storage, "r1", { events, entities: { put, forget: [] } });
      const found = await contents(storage);
      same(found?.events, events);
      same(found?.entities, put);
      same(
        found?.events.map((event) => Object.hasOwn(event, "skippedBy") && event.skippedBy !== undefined),
        [false, true, false],
      );
    },
  },
];
