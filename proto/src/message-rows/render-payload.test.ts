import { describe, expect, it } from "vitest";
import type { JsonValue } from "../json.ts";
import type { ContentBlock } from "./message-row.ts";
import { extractRender, renderSessionId, uiMomentsOf } from "./render-payload.ts";

const direct = { id: "r1", componentCode: "export default 1" };
const ui = { resourceUri: "ui://weather", html: "<b>" };

describe("what a result shows", () => {
  it.each([
    ["direct", direct, direct],
    ["wrapped", { render: { id: "r1" } }, { id: "r1" }],
    ["wrapped", { stackItem: { id: "r1" } }, { id: "r1" }],
    ["wrapped", { ...direct, render: { id: "r2" } }, { id: "r2" }],
    ["mcp-ui", { _meta: { ui }, content: [] }, { _meta: { ui }, content: [] }],
    ["nested", { structuredContent: { render: { id: "r1" } } }, { id: "r1" }],
    ["nested", { data: direct }, direct],
  ])("G22 %s", (shape, result, payload) => {
    expect(extractRender(result)).toEqual({ shape, payload });
    expect(extractRender(JSON.stringify(result))).toEqual({ shape, payload });
  });

  it.each([
    null,
    1,
    "text",
    "{ no json",
    [direct],
    {},
    { id: "r1" },
    { id: 7, componentCode: "x" },
    { render: {} },
    { render: null },
    { _meta: { ui: { resourceUri: 1 } } },
    { a: { b: direct } },
  ])("G22 nothing: %j", (result) => {
    expect(extractRender(result)).toBeNull();
  });
});

describe("views that are shown", () => {
  it("G23 a session is named by the result, or one level below", () => {
    expect(renderSessionId({ sessionId: "s1", render: { sessionId: "s2" } })).toBe("s1");
    expect(renderSessionId({ render: { sessionId: "s2" } })).toBe("s2");
    expect(renderSessionId({ a: { b: { sessionId: "s3" } } })).toBeNull();
    expect(renderSessionId({ sessionId: "" })).toBeNull();
    expect(renderSessionId("no")).toBeNull();
  });

  it("G23 what a result brings along is preferred, the order is the conversation's, the rest is passed over", () => {
    const result = (id: string, content: JsonValue) => ({ type: "tool_result", tool_use_id: id, content }) as const;
    const blocks: ContentBlock[] = [
      { type: "text", text: "Look" },
      result("1", { render: { sessionId: " a/b " } }),
      result("2", { sessionId: "s2", _meta: { ui } }),
      result("3", "plain"),
      { ...result("4", { sessionId: "s4" }), is_error: true },
    ];
    expect(uiMomentsOf(blocks, { origin: " https://views.example// " })).toEqual([
      {
        key: "1",
        sessionId: "a/b",
        source: { type: "resource", url: "https://views.example/api/sessions/a%2Fb/resource" },
      },
      { key: "2", sessionId: "s2", source: { type: "inline", ui } },
    ]);
    expect(uiMomentsOf(blocks).map(({ key }) => key)).toEqual(["2"]);
  });
});
