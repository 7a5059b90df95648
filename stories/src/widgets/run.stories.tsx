import { assistantMessage, run, userMessage } from "@sessionstream/client/testing";
import { RunOutcome } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { RowsOnSurface } from "../stage/stage.tsx";

/** How an answer ended when it did not end well, after what it had said. Silent while all is well. */
const meta = {
  title: "Widgets/Run",
  component: RowsOnSurface,
  subcomponents: { RunOutcome },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

function halfAnAnswer({ session }: HubScene): void {
  session.commit([userMessage({ id: "u1", text: "Summarise my orders." }), run("r1", "running")]);
  session.commit([assistantMessage({ id: "a1", text: "You have three orders. The first left the warehouse" })]);
}

/** Something broke. The latest run can be tried again, from any tab, without sending the question twice. */
export const Failed: Story = {
  loaders: [
    hubScene((scene) => {
      halfAnAnswer(scene);
      scene.session.commit([
        run("r1", "failed", {
          prompt: "Summarise my orders.",
          error: "The model did not answer in time. Your message is kept.",
          errorCode: "engine_failed",
          retryable: true,
        }),
      ]);
    }),
  ],
  play: async ({ canvas, canvasElement, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("V07 stands after what the run said", async () => {
      await canvas.findByText("The model did not answer in time. Your message is kept.");
      const rows = [...canvasElement.querySelectorAll("[data-part=row]")].map((row) => row.textContent ?? "");
      await expect(rows.findIndex((row) => row.includes("did not answer"))).toBeGreaterThan(
        rows.findIndex((row) => row.includes("three orders")),
      );
    });
    await step("V09 another try asks for the same run once", async () => {
      await userEvent.click(canvas.getByRole("button", { name: "Try again" }));
      await waitFor(() => expect(hub.submissions).toHaveLength(1));
      await expect(hub.submissions[0]).toMatchObject({ commandId: "retry:r1", payload: { retryOfRunId: "r1" } });
    });
  },
};

/** The server went away in the middle. Nothing that was written is lost. */
export const Interrupted: Story = {
  loaders: [
    hubScene((scene) => {
      halfAnAnswer(scene);
      scene.session.commit([run("r1", "interrupted", { retryable: true })]);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V07 keeps the text and says what happened", async () => {
      await canvas.findByText("The answer was interrupted");
      await expect(canvas.getByText(/You have three orders/)).toBeVisible();
      await expect(canvas.getByRole("button", { name: "Try again" })).toBeEnabled();
    });
  },
};

/** The reader stopped it: a line, not an alarm. */
export const Stopped: Story = {
  loaders: [
    hubScene((scene) => {
      halfAnAnswer(scene);
      scene.session.commit([run("r1", "stopped")]);
    }),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V07 is a quiet line with another try", async () => {
      await canvas.findByText("Stopped");
      await expect(canvasElement.querySelector("[data-part=card]")).toBeNull();
      await expect(canvas.getByRole("button", { name: "Try again" })).toBeEnabled();
    });
  },
};

/** A question asked while another answer is being written. */
export const Queued: Story = {
  loaders: [
    hubScene((scene) => {
      halfAnAnswer(scene);
      scene.session.commit([userMessage({ id: "u2", text: "And my returns?" }), run("r2", "queued")]);
    }),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V07 says when it will start", async () => {
      await canvas.findByText("Queued: starts when the current answer is done");
      await expect(canvasElement.querySelector("[data-part=typing]")).toBeNull();
    });
  },
};

/** Only the latest answer can be tried again: an older one would come after newer questions. */
export const OlderFailure: Story = {
  loaders: [
    hubScene((scene) => {
      halfAnAnswer(scene);
      scene.session.commit([run("r1", "failed", { error: "The model did not answer in time.", retryable: true })]);
      scene.session.commit([userMessage({ id: "u2", text: "Never mind. And my returns?" }), run("r2", "running")]);
      scene.session.commit([assistantMessage({ id: "a2", text: "You have none." })]);
      scene.session.commit([run("r2", "finished")]);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V07 offers no second try", async () => {
      await canvas.findByText("You have none.");
      await expect(canvas.getByText("The answer could not be completed")).toBeVisible();
      await expect(canvas.queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
    });
  },
};
