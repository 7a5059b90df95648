import { approval, run } from "@sessionstream/client/testing";
import { act, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { ChatPanel } from "./chat-panel.tsx";

it("V22 C39 the focus is not lost with the banner, nor given to what Enter would send", async () => {
  const { session } = renderWithThread(<ChatPanel />);
  act(() => void session.commit([run("r", "awaiting-input"), approval("t")]));
  const show = await screen.findByRole("button", { name: "Show" });
  act(() => show.focus());
  act(() => void session.commit([approval("t", { status: "CHAT_APPROVAL_STATUS_DENIED" }), run("r", "running")]));
  await waitFor(() => expect(show).not.toBeInTheDocument());
  expect(screen.getByRole("log")).toHaveFocus();
});
