// Mappings for servers built with the Go chat package: sessionstreamBackend({ url, mappings: pinocchioMappings }).
import type { TimelineMapping } from "../timeline/mapping.ts";
import { messageMapping } from "./message-mapping.ts";
import { runMapping } from "./run-mapping.ts";
import { toolMapping } from "./tool-mapping.ts";

export { messageMapping, runMapping, toolMapping };

/** All of them, in the order they are asked. */
export const pinocchioMappings: readonly TimelineMapping[] = [messageMapping, runMapping, toolMapping];
