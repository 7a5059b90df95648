/**
 * Owns which pages may act for their users. A browser says where a page comes from; what says nothing is no browser,
 * and nobody's cookies ride on it. Origins are compared whole: a page cannot be trusted because its address looks alike.
 */
export type AllowedOrigins = readonly string[] | "any";

export function isOriginAllowed(origin: string | null, allowed: AllowedOrigins): boolean {
  return origin === null || allowed === "any" || allowed.includes(origin);
}
