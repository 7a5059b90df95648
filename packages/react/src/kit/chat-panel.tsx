import type { SendInput } from "@sessionstream/client";
import type { ReactNode } from "react";
import type { Labels } from "../labels/labels.ts";
import { LabelsProvider, useLabels } from "../labels/labels-context.tsx";
import { Announcer } from "../parts/announcer.tsx";
import type { EntityRenderer } from "../renderer/define-renderer.ts";
import type { RenderErrorHandler } from "../renderer/entity-boundary.tsx";
import { RendererProvider } from "../renderer/renderer-context.tsx";
import type { ClassNames } from "../slots/part-names.ts";
import { SlotsProvider } from "../slots/slots-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { ConnectionBanner } from "../widgets/connection-banner/connection-banner.tsx";
import { DEFAULT_RENDERERS } from "../widgets/default-renderers.ts";
import type { ImagePolicy } from "../widgets/markdown/image-policy.ts";
import { ImagesProvider } from "../widgets/markdown/images-context.tsx";
import { EmptyState } from "../widgets/states/empty-state.tsx";
import { ApprovalBanner } from "./approval-banner.tsx";
import { ChatComposer } from "./chat-composer.tsx";
import { Root, type Theme } from "./root.tsx";
import { StatusGlyph } from "./status-glyph.tsx";
import { ThreadContent } from "./thread-content.tsx";

export interface PanelOptions {
  /** Default: the label. */
  readonly title?: ReactNode;
  /** At the end of the header. */
  readonly headerActions?: ReactNode;
  /** `false`: none. */
  readonly header?: boolean | undefined;
  /** Instead of the greeting. */
  readonly emptyState?: ReactNode;
  /** Chips under the greeting; each is sent when pressed. */
  readonly suggestions?: readonly string[] | undefined;
  readonly composerPlaceholder?: string | undefined;
  /** What happens to a message sent while an answer runs. Default: the server's policy. */
  readonly busyPolicy?: SendInput["busyPolicy"] | undefined;
  /** Under the composer: a disclaimer, a link. */
  readonly footer?: ReactNode;
  readonly renderers?: readonly EntityRenderer[] | undefined;
  /** Which images model text may load. Default: none. */
  readonly images?: ImagePolicy | undefined;
  readonly labels?: Partial<Labels> | undefined;
  readonly classNames?: ClassNames | undefined;
  readonly theme?: Theme | undefined;
  /** A renderer threw. Its card shows it; report it here. */
  readonly onRenderError?: RenderErrorHandler | undefined;
}

export type ChatPanelProps = PanelOptions;

/** A whole conversation, in the flow of the page: it fills its container. Inside a `ChatThreadProvider`. */
export function ChatPanel(props: ChatPanelProps) {
  return (
    <PanelScope {...props}>
      <Root theme={props.theme}>
        <PanelBody {...props} />
      </Root>
    </PanelScope>
  );
}

interface PanelScopeProps extends Pick<PanelOptions, "renderers" | "images" | "labels" | "classNames"> {
  readonly children: ReactNode;
}

/** Everything a panel's parts look up. */
export function PanelScope({ renderers, images, labels, classNames, children }: PanelScopeProps) {
  return (
    <LabelsProvider labels={labels}>
      <RendererProvider defaults={DEFAULT_RENDERERS} renderers={renderers}>
        <ImagesProvider images={images}>
          <SlotsProvider classNames={classNames}>{children}</SlotsProvider>
        </ImagesProvider>
      </RendererProvider>
    </LabelsProvider>
  );
}

export function PanelBody(props: PanelOptions) {
  const part = usePart();
  const labels = useLabels();
  const { title, headerActions, header = true, emptyState, suggestions, footer, onRenderError } = props;
  return (
    <section aria-label={typeof title === "string" ? title : labels.title} {...part("panel")}>
      {header ? (
        <header {...part("header")}>
          <h2 {...part("header-title")}>{title ?? labels.title}</h2>
          <StatusGlyph />
          <div {...part("header-actions")}>{headerActions}</div>
        </header>
      ) : null}
      <ThreadContent
        emptyState={emptyState ?? <EmptyState {...(suggestions === undefined ? {} : { suggestions })} />}
        onRenderError={onRenderError}
      />
      <ConnectionBanner />
      <ApprovalBanner />
      <ChatComposer placeholder={props.composerPlaceholder} busyPolicy={props.busyPolicy} />
      {footer === undefined ? null : <footer {...part("footer")}>{footer}</footer>}
      <Announcer />
    </section>
  );
}
