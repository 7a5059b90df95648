import { sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import {
  addressedSession,
  freshSession,
  type PageAddress,
  type SessionStorage,
  storedSession,
} from "./session-policy.ts";

function minter(): () => string {
  let count = 0;
  return () => `fresh-${++count}`;
}

function memoryStorage(
  initial: Readonly<Record<string, string>> = {},
): SessionStorage & { readonly items: Map<string, string> } {
  const items = new Map(Object.entries(initial));
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

function page(url: string): PageAddress & { readonly url: () => string } {
  let current = url;
  return {
    url: () => current,
    read: () => current,
    replace(next) {
      current = next;
    },
  };
}

describe("the session policy", () => {
  it("K27 fresh: one per page, another after forget", () => {
    const policy = freshSession(minter());
    expect([policy.current(), policy.current()]).toEqual(["fresh-1", "fresh-1"]);
    policy.forget();
    expect(policy.current()).toBe("fresh-2");
  });

  it("K27 stored: the same after a reload, and nothing is minted for it", () => {
    const storage = memoryStorage({ "my.key": "kept" });
    const mint = () => {
      throw new Error("Nothing is to be minted");
    };
    expect(storedSession(mint, storage, "my.key").current()).toBe("kept");
    const first = storedSession(minter(), storage).current();
    expect(storedSession(minter(), storage).current()).toBe(first);
    storedSession(minter(), storage).forget();
    expect([...storage.items.keys()]).toEqual(["my.key"]);
  });

  it("K27 stored: what is no session id is replaced, a refusing storage only forgets", () => {
    const storage = memoryStorage({ "sessionstream.session": "no session id!" });
    expect(storedSession(minter(), storage).current()).toBe("fresh-1");
    expect(storage.items.get("sessionstream.session")).toBe("fresh-1");
    const refuse = (): never => {
      throw new Error("private mode");
    };
    const policy = storedSession(minter(), { getItem: refuse, setItem: refuse, removeItem: refuse });
    expect([policy.current(), policy.current()]).toEqual(["fresh-1", "fresh-1"]);
  });

  it("K27 addressed: reads and writes the named parameter and nothing else of the address", () => {
    const address = page("https://app.test/orders?tab=2&chat=abc#top");
    const policy = addressedSession(minter(), address, "chat");
    expect(policy.current()).toBe("abc");
    policy.remember(sessionId("def"));
    expect(address.url()).toBe("https://app.test/orders?tab=2&chat=def#top");
    policy.forget();
    expect(address.url()).toBe("https://app.test/orders?tab=2#top");
    expect(policy.current()).toBe("fresh-1");
  });

  it("K27 addressed: asks the fallback when the address names none", () => {
    const storage = memoryStorage({ "sessionstream.session": "kept" });
    const address = page("https://app.test/");
    const policy = addressedSession(minter(), address, "session", storedSession(minter(), storage));
    expect([policy.current(), address.url()]).toEqual(["kept", "https://app.test/?session=kept"]);
    policy.forget();
    expect(policy.current()).toBe("fresh-1");
  });
});
