// Owns what every jsdom test needs: the jest-dom matchers, and after each test unmounting (vitest runs without globals,
// so Testing Library cannot register its own cleanup) and a tab that remembers nothing of it.
import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});
