/** What a server needs to be told before it starts, and what it says when it was not. */
import type { Hub } from "@sessionstream/server-node";
import { createHub, devInsecure, memoryStorage } from "@sessionstream/server-node";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { describe, expect, it } from "vitest";

const decisions = {
  authenticate: () => null,
  authorize: () => false,
  origins: "same-host" as const,
};

function hub(): Hub {
  return createHub({ storage: memoryStorage(), modules: [], authorize: () => false });
}

/** As an app without types would call it. */
function without<Options extends object>(options: Options, missing: keyof Options, instead: unknown): Options {
  return { ...options, [missing]: instead };
}

const MAKERS = {
  createHub: (missing: keyof typeof decisions, instead: unknown) =>
    createHub({ storage: memoryStorage(), modules: [], ...without(decisions, missing, instead) }),
  createWebSocketTransport: (missing: keyof typeof decisions, instead: unknown) =>
    createWebSocketTransport({ hub: hub(), ...without(decisions, missing, instead) }),
  createChatHttpHandler: (missing: keyof typeof decisions, instead: unknown) =>
    createChatHttpHandler({ hub: hub(), ...without(decisions, missing, instead) }),
};

/** Which decisions each of them needs; what is said has to name the missing one. */
const NEEDS = {
  createHub: ["authorize"],
  createWebSocketTransport: ["authenticate", "origins"],
  createChatHttpHandler: ["authenticate", "origins"],
} as const;

describe("X1 L13 nothing starts by omission", () => {
  const missing = Object.entries(NEEDS).flatMap(([maker, needs]) =>
    needs.flatMap((need) => [undefined, null, true].map((instead) => ({ maker, need, instead }))),
  );

  it.each(missing)("$maker with $instead for $need", ({ maker, need, instead }) => {
    // CAST: the keys of NEEDS are those of MAKERS.
    const make = MAKERS[maker as keyof typeof MAKERS];
    expect(() => make(need, instead)).toThrow(
      expect.objectContaining({ code: "invalid_options", message: expect.stringContaining(need) }),
    );
  });

  it.each(Object.values(MAKERS))("with every decision it starts (%#)", async (make) => {
    expect(() => make("origins", "same-host")).not.toThrow();
  });
});

describe("devInsecure", () => {
  it("X1 says yes to everything on a developer's machine, and is no use in production", () => {
    const insecure = devInsecure("development");
    expect([insecure.authorize(), insecure.authenticate()]).toEqual([true, { tenant: "dev", id: "developer" }]);
    const all = { hub: hub(), storage: memoryStorage(), modules: [], ...insecure };
    expect(() => [createHub(all), createWebSocketTransport(all), createChatHttpHandler(all)]).not.toThrow();
    expect(() => devInsecure("production")).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });

  it("X1 asks the environment by itself", () => {
    const before = process.env["NODE_ENV"];
    process.env["NODE_ENV"] = "production";
    try {
      expect(() => devInsecure()).toThrow(/production/);
    } finally {
      process.env["NODE_ENV"] = before;
    }
  });
});
