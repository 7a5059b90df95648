import { approval, type FakeHub, fakeHub, run } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { onApprovals, pendingApproval } from "../hooks/pending-approval.ts";
import type { ApprovalPayload } from "../hooks/use-approval.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { Approval, ApprovalActions, ApproveButton, DenyButton } from "./approval.tsx";

/** An app's own place for whatever is asked first. */
function FirstApproval() {
  const pending = useSessionStream(pendingApproval, { topic: onApprovals });
  if (pending === undefined) return null;
  return (
    // CAST: what the test wrote.
    <Approval approval={pending.payload as ApprovalPayload}>
      <ApprovalActions>
        <ApproveButton />
        <DenyButton />
      </ApprovalActions>
    </Approval>
  );
}

const approve = () => screen.getByRole("button", { name: "Approve" });
const armed = () => waitFor(() => expect(approve()).toHaveAttribute("aria-disabled", "false"));
const answered = (hub: FakeHub) => hub.submissions.map(({ payload }) => payload["approvalId"]);

async function askedTwice(hub: FakeHub) {
  const { session } = renderWithThread(<FirstApproval />, { hub });
  act(() => void session.commit([run("r", "awaiting-input"), approval("one"), approval("two")]));
  await waitFor(approve);
  await armed();
  return { firstIsOver: () => session.commit([approval("one", { status: "CHAT_APPROVAL_STATUS_DENIED" })]) };
}

it("X30 a click that was meant for another approval in the same place allows nothing, and the focus stays there", async () => {
  const hub = fakeHub();
  await askedTwice(hub);
  act(() => approve().focus());
  fireEvent.click(approve());
  await waitFor(() => expect(screen.getByRole("group", { name: "Needs approval" })).toHaveFocus());
  fireEvent.click(approve());
  expect(answered(hub)).toEqual(["one:approval"]);
  await armed();
  fireEvent.click(approve());
  await waitFor(() => expect(answered(hub)).toEqual(["one:approval", "two:approval"]));
});

it("C39 an answer that was refused is not held against another approval in the same place", async () => {
  const hub = fakeHub();
  const { firstIsOver } = await askedTwice(hub);
  hub.failSubmits(new SessionStreamError("already_answered", "Too late"), 1);
  fireEvent.click(approve());
  await waitFor(() => expect(screen.queryByRole("button")).toBeNull());
  act(() => void firstIsOver());
  await waitFor(approve);
  await armed();
});
