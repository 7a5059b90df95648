import { describe, expect, it } from "vitest";
import { socketUrl } from "./addresses.ts";

describe("T1.19 the socket's address", () => {
  it.each([
    ["/api/chat", "https://shop.example/orders?x=1#top", "wss://shop.example/api/chat/ws"],
    ["/base/api/chat/", "http://localhost:5173/", "ws://localhost:5173/base/api/chat/ws"],
    ["https://chat.example/api/chat", undefined, "wss://chat.example/api/chat/ws"],
    ["http://127.0.0.1:8080/api/chat?tenant=a", undefined, "ws://127.0.0.1:8080/api/chat/ws?tenant=a"],
    ["wss://chat.example/api/chat", undefined, "wss://chat.example/api/chat/ws"],
  ])("%s on %s is %s", (url, page, expected) => {
    expect(socketUrl(url, page)).toBe(expected);
  });

  it("a relative URL without a page says what is missing", () => {
    expect(() => socketUrl("/api/chat", undefined)).toThrow(/not an absolute URL/);
  });
});
