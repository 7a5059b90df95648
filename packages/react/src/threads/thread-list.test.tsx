import { createChatClient, defaultPlatform } from "@sessionstream/client";
import { assistantMessage, type FakeHub, fakeHub, userMessage } from "@sessionstream/client/testing";
import type { ThreadList as Threads } from "@sessionstream/client/threads";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { StrictMode, useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Transcript } from "../parts/transcript.tsx";
import { ChatThreadProvider } from "../thread/chat-thread-provider.tsx";
import { FollowThread } from "./follow-thread.tsx";
import { ThreadList } from "./thread-list.tsx";
import { ThreadsProvider } from "./threads-context.tsx";

afterEach(() => vi.restoreAllMocks());

/** Three conversations of a question and an answer each. */
function hubOfThree(): FakeHub {
  const hub = fakeHub();
  for (const name of ["first", "second", "third"]) {
    const session = hub.session(sessionId(name));
    session.commit([userMessage({ id: "m1", text: `Question ${name}` })]);
    session.commit([assistantMessage({ id: "m2", text: `Answer ${name}` })]);
  }
  return hub;
}

function page(threads: Threads, onOpen: (id: string) => void = () => {}) {
  render(
    <StrictMode>
      <ThreadsProvider threads={threads}>
        <ThreadList onOpen={onOpen} openSessionId="second" />
      </ThreadsProvider>
    </StrictMode>,
  );
  return userEvent.setup();
}

/** Changes wait until one of these is called. */
function held(threads: Threads) {
  let settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  const gate = () =>
    new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
  const port: Threads = {
    list: (request, signal) => threads.list(request, signal),
    update: async (...change) => {
      await gate();
      return threads.update(...change);
    },
    remove: async (...target) => {
      await gate();
      return threads.remove(...target);
    },
  };
  return { port, succeed: () => settle?.resolve(), fail: (error: Error) => settle?.reject(error) };
}

const titles = () =>
  screen
    .getAllByRole("listitem")
    .map((item) => within(item).getByText(/^Question/, { selector: "[data-part=thread-title]" }).textContent);
const act = async (user: ReturnType<typeof userEvent.setup>, title: string, action: string) => {
  const more = await screen.findByRole("button", { name: `Actions for ${title}` });
  if (more.getAttribute("aria-expanded") === "false") await user.click(more);
  await user.click(
    within(screen.getByRole("group", { name: `Actions for ${title}` })).getByRole("button", { name: action }),
  );
};

describe("a list of threads", () => {
  it("G53 shows title, preview and what is unread, says which is open, and opens another", async () => {
    const onOpen = vi.fn();
    const user = page(hubOfThree().threads, onOpen);
    const open = await screen.findByRole("button", { name: /^Question second.*Answer second.*1 unread message/ });
    expect(open).toHaveAttribute("aria-current", "true");
    await user.click(screen.getByRole("button", { name: /^Question third.*Answer/ }));
    expect(onOpen).toHaveBeenCalledWith("third");
  });

  it("G53 a change shows before the server answers, and stays", async () => {
    const { port, succeed } = held(hubOfThree().threads);
    const user = page(port);
    await act(user, "Question third", "Pin");
    await waitFor(() => expect(titles()[0]).toBe("Question third"));
    succeed();
    await screen.findByRole("button", { name: "Unpin" });
    expect(titles()[0]).toBe("Question third");
    expect(screen.getByRole("alert")).toBeEmptyDOMElement();
  });

  it("G53 a change that fails is gone again, and the reader is told", async () => {
    const { port, fail } = held(hubOfThree().threads);
    const user = page(port);
    const before = (await screen.findAllByRole("listitem")).length;
    await act(user, "Question third", "Move to archive");
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(before - 1));
    fail(new SessionStreamError("forbidden", "No"));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(before));
    expect(screen.getByRole("alert")).toHaveTextContent("That could not be done. You are not allowed to do this.");
  });

  it("G53 one change that fails takes no other back", async () => {
    const { threads } = hubOfThree();
    const refusing: Threads = {
      list: (request) => threads.list(request),
      remove: (id) => threads.remove(id),
      update: (id, change) =>
        change.muted === undefined ? threads.update(id, change) : Promise.reject(new SessionStreamError("network", "")),
    };
    const user = page(refusing);
    await act(user, "Question third", "Mute");
    await act(user, "Question first", "Pin");
    await waitFor(() => expect(titles()[0]).toBe("Question first"));
    expect(screen.queryByText("Muted")).not.toBeInTheDocument();
  });

  it("C47 renames, and deletes after a second thought", async () => {
    const user = page(hubOfThree().threads);
    await act(user, "Question first", "Rename");
    const input = screen.getByRole("textbox", { name: "Title" });
    expect(input).toHaveFocus();
    await user.clear(input);
    await user.type(input, "Fjords{Enter}");
    await screen.findByRole("button", { name: /^Fjords/ });
    await act(user, "Question third", "Delete");
    expect(screen.getAllByRole("listitem")).toHaveLength(3);
    await user.click(screen.getByRole("button", { name: "Delete for good" }));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
  });

  it("V22 is worked by keyboard: Escape leaves the actions and gives the focus back", async () => {
    const user = page(hubOfThree().threads);
    const more = await screen.findByRole("button", { name: "Actions for Question first" });
    more.focus();
    await user.keyboard("{Enter}{Tab}");
    expect(screen.getByRole("button", { name: "Rename" })).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(more).toHaveFocus();
    expect(more).toHaveAttribute("aria-expanded", "false");
  });

  it("G53 searches, and says when nothing was found", async () => {
    const user = page(hubOfThree().threads);
    await screen.findAllByRole("listitem");
    await user.type(screen.getByRole("searchbox"), "SECOND");
    await waitFor(() => expect(titles()).toEqual(["Question second"]));
    await user.type(screen.getByRole("searchbox"), "x");
    expect(await screen.findByText("Nothing was found for “SECONDx”")).toBeVisible();
  });

  it("G53 a list that cannot be loaded says so, and is tried again", async () => {
    const hub = hubOfThree();
    hub.failLoads(new SessionStreamError("storage_unavailable", "no disk"));
    const user = page(hub.threads);
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("The conversations could not be loaded"));
    expect(screen.queryByText("No conversations yet")).not.toBeInTheDocument();
    hub.healLoads();
    await user.click(screen.getByRole("button", { name: "Retry" }));
    expect(await screen.findAllByRole("listitem")).toHaveLength(3);
    expect(screen.getByRole("alert")).toBeEmptyDOMElement();
  });
});

describe("the open thread in the list", () => {
  function openPage(hub: FakeHub, name = "second") {
    const client = createChatClient({ backend: hub.backend, platform: defaultPlatform() });
    const list = vi.fn((...request: Parameters<Threads["list"]>) => hub.threads.list(...request));
    const update = vi.fn((...change: Parameters<Threads["update"]>) => hub.threads.update(...change));
    function Page() {
      const [open, setOpen] = useState(name);
      return (
        <ThreadsProvider threads={{ list, update, remove: (id) => hub.threads.remove(id) }}>
          <ThreadList onOpen={setOpen} openSessionId={open} />
          <ChatThreadProvider client={client} sessionId={open}>
            <Transcript />
            <FollowThread />
          </ChatThreadProvider>
        </ThreadsProvider>
      );
    }
    render(<Page />);
    return { list, update };
  }

  it("G53 is read as soon as it is seen at its end", async () => {
    openPage(hubOfThree());
    await screen.findByRole("button", { name: /^Question second/ });
    await waitFor(() =>
      expect(screen.getByRole("button", { name: /^Question second/ })).not.toHaveAccessibleName(/unread/),
    );
    expect(screen.getByRole("button", { name: /^Question third/ })).toHaveAccessibleName(/1 unread/);
  });

  it("G53 is not read on a page that nobody sees", async () => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    const hub = hubOfThree();
    const { update } = openPage(hub);
    await screen.findByRole("button", { name: /^Question second/ });
    hub.session(sessionId("second")).commit([assistantMessage({ id: "m3", text: "More" })]);
    await screen.findByRole("button", { name: /^Question second.*More.*2 unread/ });
    expect(update).not.toHaveBeenCalled();
  });

  it("G53 shows what is new in it at once, without asking the server for it", async () => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    const hub = hubOfThree();
    const { list } = openPage(hub, "first");
    await screen.findByRole("button", { name: /^Question first/ });
    const asked = list.mock.calls.length;
    hub.session(sessionId("first")).commit([assistantMessage({ id: "m3", text: "Fresh" })]);
    await screen.findByRole("button", { name: /^Question first.*Fresh/ });
    expect(list.mock.calls.length).toBe(asked);
  });

  it("G53 appears in the list with its first message", async () => {
    const hub = hubOfThree();
    openPage(hub, "fourth");
    await screen.findByRole("button", { name: /^Question first/ });
    hub.session(sessionId("fourth")).commit([userMessage({ id: "m1", text: "Question fourth" })]);
    await screen.findByRole("button", { name: /^Question fourth/ });
  });
});
