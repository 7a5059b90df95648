import { approval, fakeHub, run } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { ChatPanel } from "../../kit/chat-panel.tsx";
import { renderWithThread } from "../../testing/render-with-thread.tsx";

it.each(["network", "already_answered"] as const)(
  "V22 C39 who has the focus on a button is told that the answer failed with %s",
  async (code) => {
    const hub = fakeHub();
    hub.failSubmits(new SessionStreamError(code, "internal words"), 1);
    const { session, container } = renderWithThread(<ChatPanel />, { hub });
    act(() => void session.commit([run("r", "awaiting-input"), approval("t")]));
    const approve = await screen.findByRole("button", { name: "Approve" });
    await waitFor(() => expect(approve).toHaveAttribute("aria-disabled", "false"));
    fireEvent.click(approve);
    const alert = () => container.querySelector("[data-part=approval] [role=alert]");
    await waitFor(() => expect(alert()).toHaveTextContent(/cannot be reached|was faster/));
  },
);
