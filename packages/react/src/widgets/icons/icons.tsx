/** The kit's few icons: strokes in the colour of the text around them, never announced. */
import type { ReactNode } from "react";
import { usePart } from "../../slots/use-part.ts";

function Icon({ children }: { readonly children: ReactNode }) {
  const part = usePart();
  return (
    <svg
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...part("icon")}
    >
      {children}
    </svg>
  );
}

export function SendIcon() {
  return (
    <Icon>
      <path d="M10 16V4.5M5 9l5-5 5 5" />
    </Icon>
  );
}

export function StopIcon() {
  return (
    <Icon>
      <rect x="5.5" y="5.5" width="9" height="9" rx="1.8" fill="currentColor" stroke="none" />
    </Icon>
  );
}

export function ArrowDownIcon() {
  return (
    <Icon>
      <path d="M10 4v11.5M5 11l5 5 5-5" />
    </Icon>
  );
}

export function ChevronIcon() {
  return (
    <Icon>
      <path d="M7.5 5l5 5-5 5" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="M5 5l10 10M15 5L5 15" />
    </Icon>
  );
}

export function ChatIcon() {
  return (
    <Icon>
      <path d="M10 3.5c4.1 0 7.25 2.7 7.25 6.2S14.1 16 10 16c-.8 0-1.6-.1-2.3-.3L3.7 17l1-3.2C3.5 12.7 2.750 11.3 2.750 9.7 2.750 6.2 5.9 3.5 10 3.5z" />
    </Icon>
  );
}

export function CopyIcon() {
  return (
    <Icon>
      <rect x="7" y="7" width="9" height="9" rx="2" />
      <path d="M13 4.8A2 2 0 0 0 11.2 4H6a2 2 0 0 0-2 2v5.2c0 .8.4 1.4 1 1.8" />
    </Icon>
  );
}

export function CheckIcon() {
  return (
    <Icon>
      <path d="M4.5 10.5l3.8 3.8 7.2-8" />
    </Icon>
  );
}

export function AlertIcon() {
  return (
    <Icon>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 6.5v4.2M10 13.6v.1" />
    </Icon>
  );
}

export function RetryIcon() {
  return (
    <Icon>
      <path d="M15.8 8.5A6.2 6.2 0 1 0 16 11.5M16.2 4.3v4.2H12" />
    </Icon>
  );
}

export function ToolIcon() {
  return (
    <Icon>
      <path d="M4.5 6l4 4-4 4M10.5 14.5h5" />
    </Icon>
  );
}

export function ModeIcon() {
  return (
    <Icon>
      <path d="M4 7h11M12 4l3 3-3 3M16 13H5M8 10l-3 3 3 3" />
    </Icon>
  );
}

export function SparkIcon() {
  return (
    <Icon>
      <path d="M10 3.2l1.5 4.3a1.7 1.7 0 0 0 1 1l4.3 1.5-4.3 1.5a1.7 1.7 0 0 0-1 1L10 16.8l-1.5-4.3a1.7 1.7 0 0 0-1-1L3.2 10l4.3-1.5a1.7 1.7 0 0 0 1-1z" />
    </Icon>
  );
}

export function OfflineIcon() {
  return (
    <Icon>
      <path d="M3 3l14 14M6 10.3a6 6 0 0 1 2.2-1.5M14 10.3a6 6 0 0 0-3-1.9M3.3 7.5A10 10 0 0 1 5.6 5.9M16.7 7.5a10 10 0 0 0-7-2.7M8.2 12.9a2.8 2.8 0 0 1 3.6 0M10 15.7v.1" />
    </Icon>
  );
}
