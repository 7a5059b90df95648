/**
 * Mutated hostile documents through the kit's markdown, in a simulated page. `npm run render-fuzz:long` looks at ten times
 * as many; RENDER_FUZZ_SEED looks at others.
 */
import { Markdown } from "@sessionstream/react/widgets";
import { act, render } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { findingsIn } from "./allowlist.ts";
import { readCorpus } from "./corpus.ts";
import { mutate, seededDice } from "./mutate.ts";

const DOCUMENTS = Number(process.env["RENDER_FUZZ_DOCUMENTS"] ?? 2_000);
const SEED = Number(process.env["RENDER_FUZZ_SEED"] ?? 1);
const AT_ONCE = 20;

const corpus = readCorpus()
  .filter(({ family }) => family !== "render-cost")
  .map(({ text }) => text);

const markdown = (text: string): ReactNode => createElement(Markdown, { text, key: text });

it(`X19 X20 ${DOCUMENTS} mutated documents become nothing that is not on the list`, () => {
  const dice = seededDice(SEED);
  const { container, rerender } = render(null);
  const found: unknown[] = [];
  for (let done = 0; done < DOCUMENTS; done += AT_ONCE) {
    const documents = Array.from({ length: Math.min(AT_ONCE, DOCUMENTS - done) }, () =>
      mutate(corpus[dice(corpus.length)] ?? "", corpus, dice),
    );
    act(() => rerender([...new Set(documents)].map(markdown)));
    const findings = findingsIn(container);
    if (findings.length > 0) found.push({ findings, documents });
  }
  expect(found).toEqual([]);
}, 1_800_000);

it("X25 what a server sends has no style attributes and no scripts, whatever the text", () => {
  for (const text of corpus) {
    const html = renderToString(markdown(text)).replaceAll(/>[^<]*</g, "><");
    expect(html, text).not.toMatch(/<[^>]*\sstyle=|<script|<style|<link/);
  }
});
