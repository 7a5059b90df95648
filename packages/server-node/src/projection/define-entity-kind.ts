import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Visibility } from "../event/define-event.ts";
import type { Upcaster } from "../event/upcaster.ts";

/** Who a frame is for. Redaction is a pure function of kind and audience; a frame is encoded once per audience. */
export type Audience = "public" | (string & {});

/** Declares a kind of entity: derived state with an identity, written by exactly one projection. */
export interface EntityKind<Desc extends DescMessage = DescMessage> {
  readonly kind: string;
  readonly schema: Desc;
  /** Counts as a row of the transcript: windows and pages are measured in rows. */
  readonly row: boolean;
  /** Shown to reference peers. */
  readonly reference: boolean;
  readonly visibility: Visibility;
  /** How stored entities of older schemas are read; steps may build on one another. */
  readonly upcasters: readonly Upcaster[];
  /**
   * Not yet settled (running run, pending approval): always sent, whatever the window.
   * A method, so that a kind of one schema is usable where any kind is wanted.
   */
  open(payload: MessageShape<Desc>): boolean;
  /** What `audience` may see of the payload; `null` hides the entity. */
  redact(payload: MessageShape<Desc>, audience: Audience): MessageShape<Desc> | null;
}

export interface EntityKindOptions<Desc extends DescMessage> {
  /** Default `false`. */
  readonly row?: boolean;
  /** Default `true`. */
  readonly reference?: boolean;
  /** Default `"public"`. */
  readonly visibility?: Visibility;
  /** Default: none. */
  readonly upcasters?: readonly Upcaster[];
  /** Default: never open. Changing it needs a new version of the projection that writes the kind. */
  readonly open?: (payload: MessageShape<Desc>) => boolean;
  /** Default: everything is shown. */
  readonly redact?: (payload: MessageShape<Desc>, audience: Audience) => MessageShape<Desc> | null;
}

export function defineEntityKind<Desc extends DescMessage>(
  kind: string,
  schema: Desc,
  options: EntityKindOptions<Desc> = {},
): EntityKind<Desc> {
  return {
    kind,
    schema,
    row: options.row ?? false,
    reference: options.reference ?? true,
    visibility: options.visibility ?? "public",
    upcasters: options.upcasters ?? [],
    open: options.open ?? (() => false),
    redact: options.redact ?? ((payload) => payload),
  };
}
