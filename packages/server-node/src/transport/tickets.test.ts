import { describe, expect, it } from "vitest";
import { createTickets, memoryTicketStore, type StoredTicket, type TicketStore } from "./tickets.ts";

const ada = { id: "ada", tenant: "acme" };
const PAGE = "https://app.example";

function start(store?: TicketStore) {
  let now = 1_000;
  const clock = () => now;
  const tickets = createTickets({ now: clock, store: store ?? memoryTicketStore({ now: clock }) });
  return {
    tickets,
    wait(ms: number) {
      now += ms;
    },
  };
}

describe("tickets", () => {
  it("X2 a ticket works once, for the principal and the page it was given to", async () => {
    const { tickets } = start();
    const { ticket, expiresInMs } = await tickets.issue(ada, PAGE);
    expect(expiresInMs).toBe(30_000);
    expect(await tickets.redeem(ticket, PAGE)).toMatchObject({ principal: ada });
    expect(await tickets.redeem(ticket, PAGE)).toBeNull();
  });

  it.each([
    ["of another page", "https://evil.example"],
    ["of a program", null],
    ["of a page that looks alike", `${PAGE}.evil.example`],
  ])("X2 a ticket is no use to who comes from elsewhere, and is spent by it: %s", async (_, origin) => {
    const { tickets } = start();
    const { ticket } = await tickets.issue(ada, PAGE);
    expect(await tickets.redeem(ticket, origin)).toBeNull();
    expect(await tickets.redeem(ticket, PAGE)).toBeNull();
  });

  it("X2 a ticket works until its time is over", async () => {
    const { tickets, wait } = start();
    const early = await tickets.issue(ada, null);
    const late = await tickets.issue(ada, null);
    wait(29_999);
    expect(await tickets.redeem(early.ticket, null)).not.toBeNull();
    wait(1);
    expect(await tickets.redeem(late.ticket, null)).toBeNull();
  });

  it("X2 tickets have 256 random bits, and a store never sees one", async () => {
    const seen: string[] = [];
    const kept = new Map<string, StoredTicket>();
    const { tickets } = start({
      put(digest, ticket) {
        seen.push(digest, JSON.stringify(ticket));
        kept.set(digest, ticket);
      },
      take: (digest) => Promise.resolve(kept.get(digest) ?? null),
    });
    const issued = await Promise.all(Array.from({ length: 100 }, () => tickets.issue(ada, PAGE)));
    const texts = issued.map(({ ticket }) => ticket);
    expect(new Set(texts).size).toBe(100);
    expect(texts.every((ticket) => Buffer.from(ticket, "base64url").length === 32)).toBe(true);
    expect(texts.some((ticket) => seen.some((line) => line.includes(ticket)))).toBe(false);
    expect(await tickets.redeem(texts[0] ?? "", PAGE)).toMatchObject({ principal: ada });
  });

  it("X2 of many who show one ticket at a time, one is let in", async () => {
    const { tickets } = start();
    const { ticket } = await tickets.issue(ada, PAGE);
    const answers = await Promise.all(Array.from({ length: 20 }, () => tickets.redeem(ticket, PAGE)));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  });

  it("memory keeps neither what has expired nor more than its bound", async () => {
    let now = 0;
    const store = memoryTicketStore({ now: () => now });
    const put = (digest: string) =>
      store.put(digest, { principal: ada, origin: null, issuedAt: now, expiresAt: now + 10 });
    await put("old");
    now = 10;
    await put("new");
    expect(store.take("old")).toBeNull();
    for (let count = 0; count < 10_000; count += 1) await put(`flood-${count}`);
    expect(store.take("new")).toBeNull();
    expect(store.take("flood-0")).not.toBeNull();
  });

  it("a lifetime that is none is said at the start", () => {
    for (const lifetimeMs of [0, -1, Number.NaN]) {
      expect(() => createTickets({ lifetimeMs })).toThrow(expect.objectContaining({ code: "invalid_options" }));
    }
  });
});
