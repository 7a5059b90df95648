import { describeDirectoryConformance } from "../testing/vitest/index.ts";
import { memoryDirectory } from "./memory-directory.ts";

describeDirectoryConformance("memory", () => memoryDirectory());
