import { expect, it } from "vitest";
import { Answers } from "./answers.ts";

const said = (parentMessageId: string) => ({ role: "assistant", parentMessageId });

it("G37 an answer belongs to the question before it, and its pieces to one run", () => {
  const answers = new Answers();
  answers.meet("q1", { role: "user" });
  const root = answers.ownRoot();
  expect(answers.meet("a1", said(root))).toEqual({ runId: root, root, userMessageId: "q1" });
  expect(answers.meet("a2", said(root))).toBeNull();
  answers.meet("q2", { role: "user" });
  expect(answers.ownRoot()).not.toBe(root);
});

it("H55 an answer that names its question and its run is believed", () => {
  const answers = new Answers();
  for (const id of ["m1-user", "m2-user"]) answers.meet(id, { role: "user" });
  const late = { ...said("m1"), correlation: { runId: "r1" } };
  expect(answers.meet("m1:text:1", late)).toEqual({ runId: "r1", root: "m1", userMessageId: "m1-user" });
});
