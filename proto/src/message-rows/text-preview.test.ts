import fc from "fast-check";
import { expect, it } from "vitest";
import { cutPreview } from "./text-preview.ts";

it("G21 a preview is the first 160 code points, whole ones", () => {
  const units = fc.constantFrom("a", "é", "😀", "👩‍🚀", "\u{10ffff}");
  fc.assert(
    fc.property(fc.array(units, { maxLength: 400, size: "max" }), (parts) => {
      const text = parts.join("");
      const preview = cutPreview(text);
      expect(preview).toBe([...text].slice(0, 160).join(""));
      expect(preview).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});
