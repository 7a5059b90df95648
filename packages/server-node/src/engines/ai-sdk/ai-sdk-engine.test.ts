import { create } from "@bufbuild/protobuf";
import { ChatAttachmentSchema } from "@sessionstream/protocol/chat/v1";
import { jsonSchema, simulateReadableStream, tool } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { describe, expect, it } from "vitest";
import type { EngineRequest } from "../../chat/engine/engine.ts";
import type { RuntimeEvent } from "../../chat/engine/runtime-event.ts";
import { asText } from "../../chat/plugins/tool-text.ts";
import { type AiSdkEngineOptions, aiSdkEngine } from "./ai-sdk-engine.ts";

type StreamResult = Awaited<ReturnType<MockLanguageModelV3["doStream"]>>;
type Part = StreamResult["stream"] extends ReadableStream<infer T> ? T : never;

const request: EngineRequest = {
  session: { tenant: "t", session: "s" },
  runId: "run",
  prompt: "What is the weather?",
  attachments: [],
  history: [],
  resumed: null,
  profile: "",
  now: () => 0,
  sleep: async () => {},
};

const usage = {
  inputTokens: { total: 7, noCache: 4, cacheRead: 2, cacheWrite: 1 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
};
const finish = (unified: "stop" | "tool-calls"): Part => ({
  type: "finish",
  usage,
  finishReason: { unified, raw: undefined },
});
const says = (id: string, ...texts: string[]): Part[] => [
  { type: "text-start", id },
  ...texts.map((delta): Part => ({ type: "text-delta", id, delta })),
  { type: "text-end", id },
];
const streams = (...chunks: Part[]): StreamResult => ({
  stream: simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null }),
});

async function collect(
  options: AiSdkEngineOptions,
  asked: EngineRequest = request,
  signal = new AbortController().signal,
): Promise<RuntimeEvent[]> {
  const events: RuntimeEvent[] = [];
  for await (const event of aiSdkEngine(options)(asked, signal)) events.push(event);
  return events;
}

describe("the AI SDK engine", () => {
  it("reports reasoning, text, usage and the end", async () => {
    const model = new MockLanguageModelV3({
      modelId: "mock",
      doStream: streams(
        { type: "stream-start", warnings: [] },
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", delta: "hm" },
        { type: "reasoning-end", id: "r" },
        ...says("1", "It is ", "sunny."),
        finish("stop"),
      ),
    });
    expect(await collect({ model })).toEqual([
      { type: "provider-call-start", callId: "1", model: "mock" },
      { type: "reasoning-start", id: "r" },
      { type: "reasoning-delta", id: "r", text: "hm" },
      { type: "reasoning-end", id: "r" },
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", text: "It is " },
      { type: "text-delta", id: "1", text: "sunny." },
      { type: "text-end", id: "1" },
      {
        type: "provider-call-finish",
        callId: "1",
        stopReason: "stop",
        hasToolCalls: false,
        usage: {
          inputTokens: 7,
          outputTokens: 5,
          cachedTokens: 2,
          cacheReadInputTokens: 2,
          cacheCreationInputTokens: 1,
        },
      },
      { type: "finish" },
    ]);
  });

  const callsWeather: Part[] = [
    { type: "tool-input-start", id: "c1", toolName: "weather" },
    { type: "tool-input-delta", id: "c1", delta: '{"city":"Rome"}' },
    { type: "tool-input-end", id: "c1" },
    { type: "tool-call", toolCallId: "c1", toolName: "weather", input: '{"city":"Rome"}' },
    finish("tool-calls"),
  ];
  const weather = (execute: () => Promise<string>) =>
    tool({
      inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
      execute,
    });

  it("runs tools here and tells the model their results in the next step", async () => {
    const model = new MockLanguageModelV3({
      doStream: [streams(...callsWeather), streams(...says("1", "Sunny."), finish("stop"))],
    });
    const events = await collect({ model, tools: { weather: weather(async () => "sunny") } });
    expect(events.filter((event) => event.type.startsWith("tool-"))).toEqual([
      { type: "tool-input-start", toolCallId: "c1", toolName: "weather" },
      { type: "tool-input-delta", toolCallId: "c1", text: '{"city":"Rome"}' },
      { type: "tool-call", toolCallId: "c1", toolName: "weather", input: { city: "Rome" } },
      { type: "tool-execution-start", toolCallId: "c1", toolName: "weather" },
      { type: "tool-result", toolCallId: "c1", toolName: "weather", result: "sunny" },
    ]);
    expect(events.filter((event) => event.type === "provider-call-start").map(({ callId }) => callId)).toEqual([
      "1",
      "2",
    ]);
    expect(JSON.stringify(model.doStreamCalls[1]?.prompt)).toContain("sunny");
  });

  it("reports a tool that throws and lets the model go on", async () => {
    const model = new MockLanguageModelV3({
      doStream: [streams(...callsWeather), streams(...says("1", "No idea."), finish("stop"))],
    });
    const broken = weather(async () => {
      throw new Error("no thermometer");
    });
    const events = await collect({ model, tools: { weather: broken } });
    expect(events).toContainEqual({
      type: "tool-error",
      toolCallId: "c1",
      toolName: "weather",
      error: "no thermometer",
    });
    expect(events).toContainEqual({ type: "text-delta", id: "1", text: "No idea." });
  });

  describe("a tool that needs approval", () => {
    const answered = (answer: { decision: "approved" } | { decision: "denied"; error: string }): EngineRequest => ({
      ...request,
      resumed: {
        parts: [{ type: "text", text: "I will look." }],
        answers: [{ toolCallId: "c1", toolName: "weather", input: '{"city":"Rome"}', ...answer }],
      },
    });
    const asking = (executed: string[]) => ({
      weather: tool({
        inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
        needsApproval: true,
        execute: async ({ city }) => {
          executed.push(city);
          return "sunny";
        },
      }),
    });

    it("C39 is asked about, and not executed", async () => {
      const executed: string[] = [];
      const model = new MockLanguageModelV3({ doStream: streams(...callsWeather) });
      const events = await collect({ model, maxSteps: 1, tools: asking(executed) });
      expect(events.filter(({ type }) => type.startsWith("tool-") || type === "warning").slice(2)).toEqual([
        { type: "tool-call", toolCallId: "c1", toolName: "weather", input: { city: "Rome" } },
        { type: "tool-approval-request", toolCallId: "c1", toolName: "weather", input: { city: "Rome" } },
      ]);
      expect(executed).toEqual([]);
    });

    it("C39 is executed with the arguments that were shown when it was approved, and the model goes on", async () => {
      const executed: string[] = [];
      const model = new MockLanguageModelV3({ doStream: streams(...says("1", "Sunny."), finish("stop")) });
      const events = await collect({ model, tools: asking(executed) }, answered({ decision: "approved" }));
      expect(executed).toEqual(["Rome"]);
      expect(events.filter(({ type }) => type.startsWith("tool-"))).toEqual([
        { type: "tool-result", toolCallId: "c1", toolName: "weather", result: "sunny" },
      ]);
      const told = JSON.stringify(model.doStreamCalls[0]?.prompt);
      expect(told).toContain("I will look.");
      expect(told).toContain("sunny");
    });

    it.each(["draft.md", "42", '{"path":"a"}'])(
      "X29 is executed with %j as it was shown, though it is no object",
      async (said) => {
        const executed: unknown[] = [];
        const remove = tool({
          inputSchema: jsonSchema<string>({ type: "string" }),
          needsApproval: true,
          execute: async (path) => {
            executed.push(path);
          },
        });
        const call = { toolCallId: "c1", toolName: "remove", input: JSON.stringify(said) };
        const calls = new MockLanguageModelV3({
          doStream: streams({ type: "tool-call", ...call }, finish("tool-calls")),
        });
        const asked = await collect({ model: calls, tools: { remove } });
        const shown = asked.flatMap((event) => (event.type === "tool-approval-request" ? [asText(event.input)] : []));
        const answers = shown.map((input) => ({ ...call, input, decision: "approved" }) as const);
        const model = new MockLanguageModelV3({ doStream: streams(...says("1", "Done."), finish("stop")) });
        await collect({ model, tools: { remove } }, { ...request, resumed: { parts: [], answers } });
        expect(executed).toEqual([said]);
      },
    );

    it("C39 is not executed when it was denied, and the model is told why", async () => {
      const executed: string[] = [];
      const model = new MockLanguageModelV3({ doStream: streams(...says("1", "As you like."), finish("stop")) });
      const denied = answered({ decision: "denied", error: "A person refused this call: not today" });
      const events = await collect({ model, tools: asking(executed) }, denied);
      expect(executed).toEqual([]);
      expect(events.filter(({ type }) => type.startsWith("tool-"))).toEqual([]);
      expect(JSON.stringify(model.doStreamCalls[0]?.prompt)).toContain("not today");
    });

    it("C39 fails when it was approved and is not asked about any more", async () => {
      const model = new MockLanguageModelV3({ doStream: streams(...says("1", "Hm."), finish("stop")) });
      const tools = { weather: weather(async () => "sunny") };
      const events = await collect({ model, tools }, answered({ decision: "approved" }));
      expect(events).toContainEqual(expect.objectContaining({ type: "tool-error", toolCallId: "c1" }));
    });
  });

  it("C10 warns when the steps are used up", async () => {
    const model = new MockLanguageModelV3({ doStream: async () => streams(...callsWeather) });
    const events = await collect({ model, maxSteps: 2, tools: { weather: weather(async () => "sunny") } });
    expect(model.doStreamCalls).toHaveLength(2);
    expect(events.filter((event) => event.type === "warning")).toHaveLength(1);
  });

  it("C10 throws the provider's error, after what was said before it", async () => {
    const model = new MockLanguageModelV3({
      doStream: streams(
        { type: "text-start", id: "1" },
        { type: "text-delta", id: "1", delta: "It" },
        {
          type: "error",
          error: new Error("overloaded"),
        },
      ),
    });
    const seen: RuntimeEvent[] = [];
    const run = async () => {
      for await (const event of aiSdkEngine({ model })(request, new AbortController().signal)) seen.push(event);
    };
    await expect(run()).rejects.toThrow("overloaded");
    expect(seen).toContainEqual({ type: "text-delta", id: "1", text: "It" });
  });

  it("C12 hands the abort to the model and ends", async () => {
    const stopping = new AbortController();
    let modelSignal: AbortSignal | undefined;
    const model = new MockLanguageModelV3({
      doStream: async ({ abortSignal }) => {
        modelSignal = abortSignal;
        return {
          stream: new ReadableStream<Part>({
            start(controller) {
              for (const part of says("1", "first")) controller.enqueue(part);
              abortSignal?.addEventListener("abort", () => controller.error(abortSignal.reason));
            },
          }),
        };
      },
    });
    const seen: RuntimeEvent[] = [];
    for await (const event of aiSdkEngine({ model })(request, stopping.signal)) {
      seen.push(event);
      if (event.type === "text-end") stopping.abort();
    }
    expect(modelSignal?.aborted).toBe(true);
    expect(seen.map((event) => event.type)).not.toContain("finish");
  });

  it("C21 tells the model the turns before, calls with their results", async () => {
    const model = new MockLanguageModelV3({ doStream: streams(...says("1", "ok"), finish("stop")) });
    const call = { type: "tool-call", toolCallId: "c", toolName: "weather", isError: false } as const;
    await collect(
      { model, system: "Be brief." },
      {
        ...request,
        prompt: "And tomorrow?",
        history: [
          { role: "user", text: "Weather?", attachments: [] },
          {
            role: "assistant",
            parts: [
              { type: "text", text: "Let me see." },
              { ...call, input: '{"city":"Rome"}', result: "sunny" },
              { ...call, toolCallId: "d", input: '{"cut off', result: '{"t":21}' },
              { type: "text", text: "Sunny." },
            ],
          },
        ],
      },
    );
    const prompt = model.doStreamCalls[0]?.prompt ?? [];
    expect(prompt.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "assistant", "user"]);
    expect(prompt[3]).toMatchObject({
      content: [
        { toolCallId: "c", output: { type: "text", value: "sunny" } },
        { toolCallId: "d", output: { type: "json", value: { t: 21 } } },
      ],
    });
  });

  it("C26 shows a model only attached images, and only where the app says they are", async () => {
    const attachments = [
      create(ChatAttachmentSchema, { attachmentId: "a", mediaType: "image/png", url: "http://169.254.169.254/" }),
      create(ChatAttachmentSchema, { attachmentId: "b", mediaType: "text/plain" }),
    ];
    const asked = { ...request, attachments };
    const make = () =>
      new MockLanguageModelV3({
        supportedUrls: { "image/*": [/^https:/] },
        doStream: streams(...says("1", "ok"), finish("stop")),
      });
    const shy = make();
    await collect({ model: shy }, asked);
    expect(JSON.stringify(shy.doStreamCalls[0]?.prompt)).not.toContain("169.254");
    const told = make();
    await collect(
      { model: told, attachmentUrl: ({ attachmentId }) => new URL(`https://files.example/${attachmentId}`) },
      asked,
    );
    const sent = JSON.stringify(told.doStreamCalls[0]?.prompt);
    expect(sent).toContain("https://files.example/a");
    expect(sent).not.toContain("https://files.example/b");
  });
});
