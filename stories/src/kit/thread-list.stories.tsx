import { createChatClient, createLocalBackend, defaultPlatform } from "@sessionstream/client";
import { assistantMessage, fakeHub, userMessage } from "@sessionstream/client/testing";
import { localThreads, type ThreadList as Threads } from "@sessionstream/client/threads";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { ChatThreadProvider } from "@sessionstream/react";
import { FollowThread, ThreadList, type ThreadListProps, ThreadsProvider } from "@sessionstream/react/threads";
import { ChatPanel, Root, type Theme } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, userEvent, waitFor, within } from "storybook/test";

interface ListArgs extends ThreadListProps {
  readonly threads: () => Threads;
  readonly theme?: Theme;
}

/** A user's conversations: searched, pinned, archived, renamed, deleted. Changes show before the server knows them. */
const meta = {
  title: "Kit/ThreadList",
  component: ThreadList,
  args: { threads: () => conversations().threads, onOpen: () => undefined },
  render: ({ threads, openSessionId, theme }) => (
    <Stage threads={threads} openSessionId={openSessionId} theme={theme} />
  ),
  parameters: { docs: { story: { inline: false, height: "560px" } } },
} satisfies Meta<ListArgs>;

export default meta;
type Story = StoryObj<ListArgs>;

interface StageProps {
  readonly threads: () => Threads;
  readonly openSessionId: string | undefined;
  readonly theme: Theme | undefined;
}

function Stage({ threads: make, openSessionId, theme }: StageProps) {
  const [threads] = useState(make);
  const [open, setOpen] = useState(openSessionId);
  return (
    <Root theme={theme} className="stage-threads">
      <ThreadsProvider threads={threads}>
        <ThreadList onOpen={setOpen} openSessionId={open} />
      </ThreadsProvider>
    </Root>
  );
}

const TALKS = [
  ["returns", "How do I return order 4018?", "Print the label, and drop the parcel at any shop."],
  ["delay", "Where is my order 4021?", "It left the warehouse this morning and should reach you on Friday."],
  ["invoice", "I need an invoice with our VAT number", "It is attached to the confirmation of 3 May."],
  ["sizes", "Do the boots run small?", "Half a size. Most people take one up."],
] as const;

function conversations() {
  const hub = fakeHub();
  for (const [id, asked, said] of TALKS) {
    const session = hub.session(sessionId(id));
    session.commit([userMessage({ id: "m1", text: asked })]);
    session.commit([assistantMessage({ id: "m2", text: said })]);
  }
  return hub;
}

/** Marked beforehand, as by an earlier visit. */
function marked(...marks: readonly (readonly [string, Parameters<Threads["update"]>[1]])[]): Threads {
  const { threads } = conversations();
  const ready = Promise.all(marks.map(([id, change]) => threads.update(sessionId(id), change)));
  return { ...threads, list: (request, signal) => ready.then(() => threads.list(request, signal)) };
}

function failing(error: SessionStreamError, threads: Threads = conversations().threads): Threads {
  return { ...threads, list: () => Promise.reject(error), update: () => Promise.reject(error) };
}

export const Conversations: Story = {
  args: { openSessionId: "delay" },
  play: async ({ canvas, step }) => {
    await step("G53 each shows what was asked and what was said last", async () => {
      const open = await canvas.findByRole("button", { name: /^Where is my order 4021\?.*It left the warehouse/ });
      await expect(open).toHaveAttribute("aria-current", "true");
      await expect(canvas.getAllByRole("listitem")).toHaveLength(4);
    });
  },
};

export const Empty: Story = {
  args: { threads: () => fakeHub().threads },
  play: async ({ canvas, step }) => {
    await step("G53 says that there is nothing yet", async () => {
      await expect(await canvas.findByText("No conversations yet")).toBeVisible();
    });
  },
};

export const Loading: Story = {
  args: { threads: () => ({ ...fakeHub().threads, list: () => new Promise(() => undefined) }) },
  play: async ({ canvas, step }) => {
    await step("G53 says that it is loading, and not that there is nothing", async () => {
      await expect(await canvas.findByText("Loading conversations…")).toBeVisible();
      await expect(canvas.queryByText("No conversations yet")).not.toBeInTheDocument();
    });
  },
};

export const Failed: Story = {
  args: { threads: () => failing(new SessionStreamError("storage_unavailable", "no disk")) },
  play: async ({ canvas, step }) => {
    await step("G53 says so, and offers to try again", async () => {
      await expect(await canvas.findByRole("button", { name: "Retry" })).toBeVisible();
      await expect(canvas.getByRole("alert")).toHaveTextContent("The conversations could not be loaded");
    });
  },
};

/** What was loaded stays; what cannot be done is taken back. */
export const Offline: Story = {
  args: {
    threads: () => {
      const offline = new SessionStreamError("network", "There is no connection");
      return { ...conversations().threads, update: () => Promise.reject(offline) };
    },
  },
  play: async ({ canvas, step }) => {
    await step("G53 a change that cannot be sent is gone again, and the reader is told", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Actions for Do the boots run small?" }));
      await userEvent.click(canvas.getByRole("button", { name: "Mute" }));
      await waitFor(() => expect(canvas.getByRole("alert")).toHaveTextContent("The server cannot be reached."));
      await expect(canvas.getByRole("button", { name: "Mute" })).toBeVisible();
    });
  },
};

export const Unread: Story = {
  args: {
    threads: () => {
      const hub = conversations();
      const session = hub.session(sessionId("sizes"));
      for (let at = 0; at < 120; at += 1) session.commit([assistantMessage({ id: `more-${at}`, text: `News ${at}` })]);
      return hub.threads;
    },
  },
  play: async ({ canvas, step }) => {
    await step("G53 counts to 99, in figures and in words", async () => {
      const busy = await canvas.findByRole("button", { name: /More than 99 unread messages/ });
      await expect(within(busy).getByText("99+")).toBeVisible();
      await expect(canvas.getAllByRole("button", { name: /1 unread message$/ })).toHaveLength(3);
    });
  },
};

export const Pinned: Story = {
  args: { threads: () => marked(["returns", { pinned: true }], ["invoice", { muted: true }]) },
  play: async ({ canvas, step }) => {
    await step("G53 what is pinned is at the top", async () => {
      await expect(await canvas.findByText("Pinned")).toBeVisible();
      await expect(canvas.getAllByRole("listitem")[0]).toHaveTextContent("How do I return order 4018?");
      await expect(canvas.getByText("Muted")).toBeVisible();
    });
  },
};

export const Archived: Story = {
  args: { threads: () => marked(["returns", { archived: true }]) },
  play: async ({ canvas, step }) => {
    await step("G53 the archive is a list of its own", async () => {
      await waitFor(() => expect(canvas.getAllByRole("listitem")).toHaveLength(3));
      await userEvent.click(canvas.getByRole("button", { name: "Archive" }));
      await waitFor(() => expect(canvas.getAllByRole("listitem")).toHaveLength(1));
      await expect(canvas.getByRole("listitem")).toHaveTextContent("How do I return order 4018?");
    });
  },
};

export const SearchWithoutHit: Story = {
  play: async ({ canvas, step }) => {
    await canvas.findAllByRole("listitem");
    await step("G53 says what was looked for", async () => {
      await userEvent.type(canvas.getByRole("searchbox", { name: "Search conversations" }), "gift card");
      await expect(await canvas.findByText("Nothing was found for “gift card”")).toBeVisible();
    });
  },
};

/** What can be done to one. Escape closes it. */
export const Actions: Story = {
  play: async ({ canvas, step }) => {
    await step("V22 is worked by keyboard", async () => {
      const more = await canvas.findByRole("button", { name: "Actions for Where is my order 4021?" });
      more.focus();
      await userEvent.keyboard("{Enter}{Tab}");
      await expect(canvas.getByRole("button", { name: "Rename" })).toHaveFocus();
      await userEvent.keyboard("{Escape}");
      await expect(more).toHaveFocus();
      await userEvent.keyboard("{Enter}");
    });
  },
};

export const Narrow: Story = {
  globals: { viewport: { value: "phone" } },
  args: { openSessionId: "invoice" },
  play: async ({ canvas, canvasElement, step }) => {
    await step("G53 nothing is wider than the page", async () => {
      await canvas.findAllByRole("listitem");
      await expect(canvasElement.scrollWidth).toBeLessThanOrEqual(canvasElement.clientWidth);
    });
  },
};

export const Dark: Story = { globals: { theme: "dark" }, args: { openSessionId: "delay" } };

export const RightToLeft: Story = {
  globals: { direction: "rtl" },
  args: {
    threads: () => {
      const hub = conversations();
      hub.session(sessionId("hebrew")).commit([userMessage({ id: "m1", text: "איפה ההזמנה שלי 4021?" })]);
      return hub.threads;
    },
  },
  play: async ({ canvas, step }) => {
    await step("G53 each text runs in its own direction", async () => {
      const own = await canvas.findByText("איפה ההזמנה שלי 4021?", { selector: "[data-part=thread-title]" });
      await expect(getComputedStyle(own).direction).toBe("rtl");
      const other = canvas.getByText("Do the boots run small?", { selector: "[data-part=thread-title]" });
      await expect(getComputedStyle(other).direction).toBe("ltr");
    });
  },
};

async function* echo({ prompt }: { readonly prompt: string }): AsyncGenerator<string> {
  yield `You said: ${prompt}`;
}

function Beside({ theme }: { readonly theme: Theme | undefined }) {
  const [{ client, threads }] = useState(() => {
    const backend = createLocalBackend({ respond: echo });
    return { client: createChatClient({ backend, platform: defaultPlatform() }), threads: localThreads(backend) };
  });
  const [open, setOpen] = useState("first");
  return (
    <Root theme={theme} className="stage-threads stage-threads-beside">
      <ThreadsProvider threads={threads}>
        <ThreadList onOpen={setOpen} openSessionId={open} />
        <ChatThreadProvider client={client} sessionId={open}>
          <ChatPanel theme={theme} />
          <FollowThread />
        </ChatThreadProvider>
      </ThreadsProvider>
    </Root>
  );
}

/** Beside the conversation it opens: what is said there shows in the list at once, and is read. */
export const BesideTheChat: Story = {
  render: ({ theme }) => <Beside theme={theme} />,
  play: async ({ canvas, step }) => {
    await step("G53 a conversation appears with its first message, and is read as it is seen", async () => {
      await userEvent.type(await canvas.findByRole("textbox", { name: "Message" }), "Hello there{Enter}");
      const entry = await canvas.findByRole("button", { name: /^Hello there.*You said: Hello there/ });
      await waitFor(() => expect(entry).not.toHaveAccessibleName(/unread/));
    });
  },
};
