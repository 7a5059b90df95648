export { type AiSdkEngineOptions, aiSdkEngine } from "./ai-sdk-engine.ts";
