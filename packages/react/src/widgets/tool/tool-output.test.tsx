import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { ToolOutput } from "./tool-output.tsx";

it("X26 a result in 6000 brackets is shown", () => {
  const result = `{"rows":${"[".repeat(6_000)}${"]".repeat(6_000)}}`;
  const { container } = render(<ToolOutput result={result} error="" />);
  expect(container).toHaveTextContent("rows");
});
