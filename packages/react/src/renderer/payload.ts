/**
 * Owns the type of a payload in the browser: the schema's protobuf JSON, total. Our server writes zero values, so a field
 * without presence is always there; which fields those are, the generated message type knows (its required properties).
 */

import type { DescMessage, MessageJsonType, MessageShape } from "@bufbuild/protobuf";

/** `Payload<typeof WeatherCardSchema>`: import the schema as a type, so that no protobuf code reaches the bundle. */
export type Payload<Schema extends DescMessage> = Total<MessageShape<Schema>, MessageJsonType<Schema>>;

type RequiredKeys<M> = { [K in keyof M]-?: undefined extends M[K] ? never : K }[keyof M];

type Total<M, Json> = Json extends readonly (infer JsonItem)[]
  ? M extends readonly (infer Item)[]
    ? readonly Total<Item, JsonItem>[]
    : Json
  : Json extends object
    ? string extends keyof Json
      ? Json
      : {
          readonly [K in keyof Json as K extends RequiredKeys<M> ? K : never]-?: Total<
            FieldOf<M, K>,
            NonNullable<Json[K]>
          >;
        } & {
          readonly [K in keyof Json as K extends RequiredKeys<M> ? never : K]?: Total<
            FieldOf<M, K>,
            NonNullable<Json[K]>
          >;
        }
    : Json;

type FieldOf<M, K> = K extends keyof M ? NonNullable<M[K]> : never;
