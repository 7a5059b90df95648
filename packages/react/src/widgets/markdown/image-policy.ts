/**
 * Owns which images of model text may be loaded (X21, X23): none, but for places the app names and, if it says so, small
 * raster images inside the text itself. Where an allowed server redirects to is out of sight here: name places that do
 * not redirect, and let the page's own `img-src` name them too.
 */
export interface ImagePolicy {
  /** Addresses images may begin with: `https://cdn.example/charts/`. Origin exactly, path by whole segments. */
  readonly allow?: readonly string[] | undefined;
  /** `data:` addresses of PNG, JPEG, GIF and WebP, up to 256 KiB. The page's `img-src` must name `data:`. */
  readonly data?: boolean | undefined;
}

export const NO_IMAGES: ImagePolicy = {};

const LONGEST_DATA = 262_144;
const RASTER = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z\d+/]+={0,2}$/i;
/** What some server behind an origin might read as another path than we do. */
const AMBIGUOUS_PATH = /%(?:2e|2f|5c|25|00)|\\|\/\//i;

/** The address to load, as it was judged; `null`: none. */
export function loadableImage(address: string | undefined, { allow = [], data = false }: ImagePolicy): string | null {
  if (address === undefined) return null;
  if (address.startsWith("data:")) {
    return data && address.length <= LONGEST_DATA && RASTER.test(address) ? address : null;
  }
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "" || AMBIGUOUS_PATH.test(url.pathname)) return null;
  return allow.some((place) => isWithin(url, place)) ? url.href : null;
}

function isWithin(url: URL, place: string): boolean {
  if (!URL.canParse(place)) return false;
  const { protocol, origin, pathname } = new URL(place);
  // Schemes without hosts all share the origin "null".
  if ((protocol !== "https:" && protocol !== "http:") || url.origin !== origin) return false;
  return url.pathname.startsWith(pathname.endsWith("/") ? pathname : `${pathname}/`);
}
