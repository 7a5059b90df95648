// Owns what every jsdom test needs: the jest-dom matchers, and unmounting after each test (vitest runs without globals,
// so Testing Library cannot register its own cleanup).
import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
});
