// Random messages of any schema, for property tests. Needs fast-check, an optional peer.
export {
  type ArbitraryMessageOptions,
  arbitraryMessage,
  arbitraryMessagePair,
  arbitraryText,
} from "./arbitrary-message.ts";
