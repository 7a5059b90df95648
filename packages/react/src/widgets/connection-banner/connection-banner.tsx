import { type ConnectionBannerState, useConnectionBanner } from "../../hooks/use-connection-banner.ts";
import { errorText } from "../../labels/error-text.ts";
import type { Labels } from "../../labels/labels.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { useThreadScope } from "../../thread/thread-context.ts";
import { AlertIcon, OfflineIcon } from "../icons/icons.tsx";

/** Says that, and for how long, the thread is cut off. What was read stays readable. */
export function ConnectionBanner() {
  const part = usePart();
  const labels = useLabels();
  const { thread } = useThreadScope();
  const banner = useConnectionBanner();
  if (banner.type === "hidden") return null;
  return (
    <div {...part("banner", { state: banner.type })}>
      <BannerIcon type={banner.type} />
      <span {...part("banner-text")}>{bannerText(banner, labels)}</span>
      {banner.type === "reconnecting" && banner.seconds === null ? null : (
        <button type="button" onClick={thread.reconnect} {...part("banner-action")}>
          {labels.tryNow}
        </button>
      )}
    </div>
  );
}

function BannerIcon({ type }: { readonly type: ConnectionBannerState["type"] }) {
  const part = usePart();
  if (type === "offline") return <OfflineIcon />;
  return type === "failed" ? <AlertIcon /> : <span {...part("spinner")} />;
}

function bannerText(banner: ConnectionBannerState, labels: Labels): string {
  switch (banner.type) {
    case "hidden":
      return "";
    case "offline":
      return labels.connection.offline;
    case "reconnecting":
      return banner.seconds === null ? labels.connection.reconnecting : labels.reconnectingIn(banner.seconds);
    case "failed":
      return `${labels.connection.failed}. ${errorText(banner.error, labels)}`;
  }
}
