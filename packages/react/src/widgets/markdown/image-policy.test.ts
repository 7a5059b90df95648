import { describe, expect, it } from "vitest";
import { type ImagePolicy, loadableImage } from "./image-policy.ts";

const POLICY: ImagePolicy = {
  allow: ["https://cdn.example/charts/", "https://img.example:8443", "http://localhost:3000/a"],
};

describe("X21 images from where the app allows them", () => {
  it.each([
    "https://cdn.example/charts/a.png",
    "https://CDN.example/charts/a.png?size=2",
    "https://cdn.example/charts/x/../a.png",
    "https://img.example:8443/any/path.webp",
    "http://localhost:3000/a/b.png",
  ])("%s", (address) => {
    expect(loadableImage(address, POLICY)).toBe(new URL(address).href);
  });
});

describe("X21 images from anywhere else", () => {
  it.each([
    undefined,
    "",
    "a.png",
    "/charts/a.png",
    "//cdn.example/charts/a.png",
    "http://cdn.example/charts/a.png",
    "https://cdn.example:444/charts/a.png",
    "https://cdn.example./charts/a.png",
    "https://cdn.example.evil.example/charts/a.png",
    "https://evil.example/https://cdn.example/charts/a.png",
    "https://cdn.example@evil.example/charts/a.png",
    "https://user@cdn.example/charts/a.png",
    "https://cdn.example/charts",
    "https://cdn.example/charts-of-others/a.png",
    "https://cdn.example/redirect?to=https://cdn.example/charts/a.png",
    "https://cdn.example/charts/../redirect?to=https://evil.example",
    "https://cdn.example/charts/%2e%2e/redirect",
    "https://cdn.example/charts/..%2fredirect",
    "https://cdn.example/charts/%252e%252e/redirect",
    "https://cdn.example/charts\\..\\redirect",
    "https://cdn.example/charts/..%5credirect",
    "https://cdn.example/charts//evil.example/a.png",
    "https://img.example/a.png",
    "http://localhost:3000/ab.png",
    "ftp://cdn.example/charts/a.png",
    "blob:https://cdn.example/charts/a.png",
  ])("%s", (address) => {
    expect(loadableImage(address, POLICY)).toBeNull();
  });
  it("X21 an allowed place that names no host allows nothing", () => {
    const allow = ["", "cdn.example", "/charts/", "data:", "javascript:alert(1)", "blob:null/"];
    const addresses = ["data:image/png;base64,AAAA", "javascript:alert(1)", "blob:null/1", "https://cdn.example/a.png"];
    for (const address of addresses) expect(loadableImage(address, { allow })).toBeNull();
  });
});

describe("X23 images inside the text", () => {
  const png = "data:image/png;base64,iVBORw0KGgo=";
  it.each([png, "data:IMAGE/WebP;base64,AAAA", `data:image/gif;base64,${"A".repeat(262_144 - 22)}`])(
    "%.40s are loaded if the app says so",
    (address) => {
      expect(loadableImage(address, { data: true })).toBe(address);
      expect(loadableImage(address, {})).toBeNull();
    },
  );
  it.each([
    "data:image/svg+xml;base64,PHN2Zy8+",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/png,AAAA",
    "data:image/png;charset=utf-8;base64,AAAA",
    "data:image/png;base64,",
    "data:image/png;base64,<svg>",
    "data:image/png,image/svg+xml;base64,AAAA",
    "data:,x",
    `data:image/png;base64,${"A".repeat(262_144)}`,
  ])("%.40s never", (address) => {
    expect(loadableImage(address, { data: true })).toBeNull();
  });
});
