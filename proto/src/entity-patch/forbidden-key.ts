/**
 * Keys no payload may have and no patch may touch: the first three reach into an object's prototype in careless code,
 * "@type" is the payload's identity.
 */
export function isForbiddenKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype" || key === "@type";
}
