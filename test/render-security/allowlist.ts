/**
 * Owns what the kit may put into a page, whatever text it is given: elements, attributes, addresses. Runs in a browser
 * and in a simulated one. What is not named here is a finding.
 */
const TAGS = words(`
  a article blockquote br button code del details div em footer form h2 h3 h4 h5 h6 header hr img li ol p pre section
  span strong summary sup table tbody td textarea th thead tr ul svg path circle rect line polyline g
`);
const ATTRIBUTES = words(`
  class dir disabled enterkeyhint hidden href id open placeholder rel role rows start tabindex target title type
  d fill stroke stroke-width stroke-linecap stroke-linejoin viewbox width height cx cy r rx ry x y x1 x2 y1 y2 points
  focusable
`);
const IMAGE_ATTRIBUTES = words("alt class data-part data-state decoding loading referrerpolicy src");
const HREF = /^(?:https?:\/\/[^/]|mailto:|#|\/(?![/\\]))/;

/** What should not be there, in words. `images`: what the address of an image may begin with. */
export function findingsIn(root: Element, images: readonly string[] = []): readonly string[] {
  return [...root.querySelectorAll("*")].flatMap((element) => {
    const tag = element.localName;
    const found = TAGS.has(tag) ? [] : [`<${tag}>`];
    for (const { name, value } of element.attributes) {
      if (!isAllowed(tag, name.toLowerCase())) found.push(`<${tag} ${name}="${value}">`);
    }
    return [
      ...found,
      ...(tag === "a" ? linkFindings(element) : []),
      ...(tag === "img" ? imageFindings(element, images) : []),
    ];
  });
}

function isAllowed(tag: string, name: string): boolean {
  if (tag === "img") return IMAGE_ATTRIBUTES.has(name);
  return ATTRIBUTES.has(name) || /^(?:data|aria)-[a-z-]+$/.test(name);
}

function linkFindings(link: Element): readonly string[] {
  const href = link.getAttribute("href") ?? "";
  const opensApart = link.getAttribute("target") === "_blank";
  const found = HREF.test(href) ? [] : [`a link to ${href}`];
  if (opensApart && link.getAttribute("rel") !== "noopener noreferrer nofollow ugc")
    found.push(`a link that tells ${href}`);
  if (!opensApart && /^[a-z]/i.test(href)) found.push(`a link that leaves the page for ${href}`);
  return found;
}

function imageFindings(image: Element, allowed: readonly string[]): readonly string[] {
  const src = image.getAttribute("src") ?? "";
  return allowed.some((place) => src.startsWith(place)) ? [] : [`an image from ${src.slice(0, 100)}`];
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
