export { type DemoEngineOptions, demoEngine } from "./demo-engine.ts";
