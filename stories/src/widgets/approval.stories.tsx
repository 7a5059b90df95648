import type { ApprovalPayload } from "@sessionstream/client";
import { approval, assistantMessage, run, toolCall, toolResult, userMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { ChatThreadProvider } from "@sessionstream/react";
import { longThread } from "@sessionstream/react/testing";
import { ChatPanel, ToolApproval, ToolCall } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ComponentProps } from "react";
import { expect, waitFor, within } from "storybook/test";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame, RowsOnSurface, useScene } from "../stage/stage.tsx";

/**
 * A call that runs only if a person allows it. It is the call's own card: what would run, with which arguments, until
 * when it can be answered, who decided, and what came of it. Every device shows the same, and the first answer counts.
 */
const meta = {
  title: "Widgets/Approval",
  component: RowsOnSurface,
  subcomponents: { ToolApproval, ToolCall },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;
type Canvas = ReturnType<typeof within>;

const INPUT = JSON.stringify({ path: "reports/2025-draft.md", keepBackup: false });
const ASKED = { toolName: "delete_file", input: INPUT };
const MINUTE = 60_000;

/** Asked, and waiting. */
function ask({ session }: HubScene, fields: Partial<ApprovalPayload> = {}): void {
  session.commit([userMessage({ id: "u1", text: "Delete the old draft, please." }), run("r1", "running")]);
  session.commit([assistantMessage({ id: "a1", text: "I can do that, but not without you." })]);
  session.commit([toolCall("t1", { ...ASKED, status: "requested" })]);
  session.commit([approval("t1", { ...ASKED, expiresAt: Date.now() + 12 * MINUTE, ...fields })]);
  session.commit([run("r1", "awaiting-input")]);
}

const asking = (fields?: Partial<ApprovalPayload>) => hubScene((scene) => ask(scene, fields));

/** Decided: as the server settles it, with what the call is then. */
function decided(status: ApprovalPayload["status"], callStatus: string, fields: Partial<ApprovalPayload> = {}) {
  return hubScene((scene) => {
    ask(scene);
    scene.session.commit([
      approval("t1", { ...ASKED, status, settledAt: Date.now(), closed: true, ...fields }),
      toolCall("t1", { ...ASKED, status: callStatus, error: "What the model is told." }),
    ]);
  });
}

async function unfold(canvas: Canvas, userEvent: { click(element: Element): Promise<void> }): Promise<void> {
  const header = await canvas.findByRole("button", { name: /delete_file/ });
  if (header.getAttribute("aria-expanded") === "false") await userEvent.click(header);
}

/** The button that allows works only after it has been there for a moment. */
async function approveButton(canvas: Canvas): Promise<HTMLElement> {
  const button = await canvas.findByRole("button", { name: "Approve" });
  await waitFor(() => expect(button).toHaveAttribute("aria-disabled", "false"));
  return button;
}

/** Nothing runs yet. The card is unfolded: nobody allows what they have not seen. */
export const Pending: Story = {
  loaders: [asking()],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V09 V13 shows tool, arguments, who may answer and until when", async () => {
      await canvas.findByText("Needs approval");
      await expect(canvas.getByRole("group", { name: "Input" })).toHaveTextContent("reports/2025-draft.md");
      await expect(canvas.getByText(/Anyone in this conversation may answer\. Open until \d/)).toBeVisible();
      await expect(canvas.queryByText("Expires soon.")).not.toBeInTheDocument();
      await expect(canvasElement.querySelectorAll("[data-part=card]")).toHaveLength(1);
    });
    await step("X30 takes no focus", async () => {
      await approveButton(canvas);
      await expect(canvasElement.contains(document.activeElement)).toBe(false);
    });
  },
};

export const Dark: Story = { ...Pending, globals: { theme: "dark" } };

export const RightToLeft: Story = { ...Pending, globals: { direction: "rtl" } };

export const Narrow: Story = { ...Pending, globals: { viewport: { value: "phone" } } };

/** Near its end it says so, once. Nothing counts down. */
export const ExpiresSoon: Story = {
  loaders: [asking({ expiresAt: Date.now() + MINUTE })],
  play: async ({ canvas, step }) => {
    await step("V13 says that little time is left", async () => {
      await canvas.findByText("Expires soon.");
    });
  },
};

/** Arguments of any length stay in the card, and scroll by themselves. */
export const LongArguments: Story = {
  loaders: [asking({ input: JSON.stringify({ files: Array.from({ length: 60 }, (_, i) => `reports/${i}.md`) }) })],
  play: async ({ canvas, step }) => {
    await step("V13 the answers stay in reach", async () => {
      const input = await canvas.findByRole("group", { name: "Input" });
      await expect(input.clientHeight).toBeLessThan(input.scrollHeight);
      await expect(input.clientHeight).toBeLessThanOrEqual(0.35 * window.innerHeight);
    });
  },
};

/** On its way. The button keeps the focus, and a second press sends nothing. */
export const Sending: Story = {
  loaders: [
    hubScene((scene) => {
      ask(scene);
      scene.hub.holdSubmits();
    }),
  ],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("C39 is sent once", async () => {
      await userEvent.dblClick(await approveButton(canvas));
      await canvas.findByText("Sending…");
      await expect(canvas.getByRole("button", { name: "Approve" })).toHaveFocus();
      await expect(hub.submissions).toHaveLength(1);
    });
  },
};

/** Allowed. It runs, and the result comes into the same card. */
export const Approved: Story = {
  loaders: [asking()],
  play: async ({ canvas, canvasElement, step, userEvent, ...context }) => {
    const { session } = hubSceneOf(context);
    await step("C39 the decision is shown, and the focus stays with it", async () => {
      await userEvent.click(await approveButton(canvas));
      await expect(await canvas.findByRole("group", { name: "Approved" })).toHaveFocus();
      await canvas.findByText("Approved by reader");
    });
    await step("C39 what came of it is in the same card", async () => {
      session.commit([run("r1", "running"), toolCall("t1", { ...ASKED, status: "completed" })]);
      session.commit([toolResult("t1", "delete_file", JSON.stringify({ deleted: true }))]);
      await canvas.findByText("Done");
      await canvas.findByText("deleted:");
      await expect(canvasElement.querySelectorAll("[data-part=card]")).toHaveLength(1);
    });
  },
};

/** Before it is a refusal it may say why. What allows is out of the way. */
export const Refusing: Story = {
  loaders: [asking()],
  play: async ({ canvas, step, userEvent }) => {
    await step("V13 asks why, and offers the way back", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Deny" }));
      await expect(canvas.getByRole("textbox", { name: "Why not? (optional)" })).toHaveFocus();
      await expect(canvas.getByRole("button", { name: "Back" })).toBeVisible();
      await expect(canvas.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
    });
  },
};

/** Refused, and why. */
export const Denied: Story = {
  loaders: [asking()],
  play: async ({ canvas, step, userEvent }) => {
    await step("C39 the reason stays with the decision", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Deny" }));
      await userEvent.keyboard("Mara still needs it.{Tab}{Enter}");
      const denied = within(await canvas.findByRole("group", { name: "Denied" }));
      denied.getByText("Denied by reader");
      denied.getByText("Mara still needs it.");
      await expect(canvas.queryByText(/A person refused/)).not.toBeInTheDocument();
    });
  },
};

/** Nobody answered in time. */
export const Expired: Story = {
  loaders: [decided("CHAT_APPROVAL_STATUS_EXPIRED", "failed")],
  play: async ({ canvas, step, userEvent }) => {
    await step("V13 says that it did not run", async () => {
      await canvas.findByText("Expired");
      await unfold(canvas, userEvent);
      await canvas.findByText("Nobody answered in time, so it did not run.");
      await expect(canvas.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
      await expect(canvas.queryByText("What the model is told.")).not.toBeInTheDocument();
    });
  },
};

/** Its run was stopped first. */
export const Cancelled: Story = {
  loaders: [decided("CHAT_APPROVAL_STATUS_CANCELLED", "cancelled")],
  play: async ({ canvas, step, userEvent }) => {
    await step("V13 says that it did not run", async () => {
      await canvas.findByText("Cancelled");
      await unfold(canvas, userEvent);
      await canvas.findByText("It ended before anybody answered, so it did not run.");
    });
  },
};

/** Another device was faster: here it is told, and shown. */
export const AnsweredElsewhere: Story = {
  loaders: [asking()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { session, hub } = hubSceneOf(context);
    await step("AT-17 F-R6 both devices show the one decision, and who was too late is told", async () => {
      const button = await approveButton(canvas);
      hub.failSubmits(new SessionStreamError("already_answered", "Denied before", { reason: "denied" }));
      await userEvent.click(button);
      await canvas.findByText("Somebody else was faster with another answer.");
      const status = "CHAT_APPROVAL_STATUS_DENIED";
      session.commit([approval("t1", { ...ASKED, status, decidedBy: "mara.lindqvist", reason: "Still needed." })]);
      await canvas.findByText("Denied by mara.lindqvist");
      await expect(canvas.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
    });
  },
};

/** It could not be delivered. Nobody sends it later behind one's back: it is there to be answered again. */
export const NotDelivered: Story = {
  loaders: [asking()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("C39 says so, and can be tried again", async () => {
      hub.failSubmits(new SessionStreamError("network", "No answer"), 1);
      await userEvent.click(await approveButton(canvas));
      await canvas.findByText("The server cannot be reached.");
      await expect(hub.submissions).toHaveLength(1);
      await expect(canvas.getByRole("button", { name: "Approve" })).toHaveAttribute("aria-disabled", "false");
    });
  },
};

/** Without a connection what is shown may be over, so nothing can be answered. */
export const Offline: Story = {
  loaders: [asking()],
  play: async ({ canvas, step, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("C39 says when it can be answered", async () => {
      await approveButton(canvas);
      hub.goOffline();
      await canvas.findByText("You can answer as soon as you are connected.");
      await expect(canvas.getByRole("button", { name: "Approve" })).toHaveAttribute("aria-disabled", "true");
    });
  },
};

/** Not this reader's to answer: no buttons, and what others decide still appears. */
export const NotAllowed: Story = {
  loaders: [asking()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("C39 takes the buttons away", async () => {
      hub.failSubmits(new SessionStreamError("forbidden", "No"));
      await userEvent.click(await approveButton(canvas));
      await canvas.findByText("You are not allowed to do this.");
      await expect(canvas.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
    });
  },
};

/** The app knows that this reader may not: no buttons from the start. */
export const OfOthers: Story = {
  loaders: [asking()],
  render: (args) => <AsReader {...args} />,
  play: async ({ canvas, step }) => {
    await step("C39 shows what is asked, and nothing to press", async () => {
      await canvas.findByText(/Others may answer\./);
      await expect(canvas.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
    });
  },
};

function AsReader(props: ComponentProps<typeof RowsOnSurface>) {
  const { client, sessionId } = useScene();
  return (
    <ChatThreadProvider client={client} sessionId={sessionId} mayApprove={false}>
      <RowsOnSurface {...props} />
    </ChatThreadProvider>
  );
}

/** Several calls at once are several questions. */
export const Several: Story = {
  loaders: [
    hubScene((scene) => {
      ask(scene);
      const mail = { toolName: "send_mail", input: JSON.stringify({ to: "team@example.com", subject: "Gone" }) };
      scene.session.commit([toolCall("t2", { ...mail, status: "requested" })]);
      scene.session.commit([approval("t2", { ...mail, expiresAt: Date.now() + 12 * MINUTE })]);
    }),
  ],
  play: async ({ canvas, step, userEvent }) => {
    await step("C39 one answer leaves the others open", async () => {
      await canvas.findByText("send_mail");
      await userEvent.click(canvas.getAllByRole("button", { name: "Deny" })[0] as HTMLElement);
      await userEvent.keyboard("{Tab}{Enter}");
      await canvas.findByText("Denied by reader");
      await expect(canvas.getAllByRole("button", { name: "Approve" })).toHaveLength(1);
    });
  },
};

/** The call is not in reach, or the app shows calls in its own way: a card of its own. */
export const WithoutItsCall: Story = {
  loaders: [hubScene(({ session }) => session.commit([approval("t1", { ...ASKED, expiresAt: Date.now() + MINUTE })]))],
  play: async ({ canvas, step }) => {
    await step("V09 is complete by itself", async () => {
      await canvas.findByText("Needs approval");
      await expect(canvas.getByRole("group", { name: "Input" })).toHaveTextContent("reports/2025-draft.md");
      await approveButton(canvas);
    });
  },
};

/** In a panel the line over the composer says what is waited for, and leads there from anywhere. */
export const InAPanel: Story = {
  loaders: [
    hubScene((scene) => {
      ask(scene);
      for (const commit of longThread(12)) scene.session.commit(commit);
    }),
  ],
  render: ({ theme }) => (
    <PanelFrame>
      <ChatPanel theme={theme} title="Files" />
    </PanelFrame>
  ),
  play: async ({ canvas, canvasElement, step, userEvent }) => {
    await step("C39 leads to the card, and focuses nothing that answers", async () => {
      await canvas.findByText("Waits for your approval");
      await userEvent.click(canvas.getByRole("button", { name: "Show" }));
      await expect(canvas.getByRole("button", { name: /delete_file/ })).toHaveFocus();
      const panel = canvasElement.getBoundingClientRect();
      await waitFor(() =>
        expect(canvas.getByRole("button", { name: "Approve" }).getBoundingClientRect().top).toBeGreaterThan(panel.top),
      );
    });
    await step("C39 Enter in the composer answers nothing", async () => {
      await userEvent.type(canvas.getByRole("textbox", { name: "Message" }), "wait{Enter}");
      await expect(canvas.getByText("Waits for your approval")).toBeVisible();
    });
  },
};
