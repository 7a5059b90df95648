import { useEffect, useState } from "react";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { CheckIcon, CopyIcon } from "../icons/icons.tsx";

const SHOWN_MS = 2000;

export function CopyButton({ text }: { readonly text: string }) {
  const part = usePart();
  const labels = useLabels();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  // Refused (no permission) or absent (plain HTTP): the text can still be selected, so nothing is claimed.
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <button type="button" onClick={() => void copy()} {...part("copy-button", { state: copied ? "copied" : "ready" })}>
      {copied ? <CheckIcon /> : <CopyIcon />}
      <span>{copied ? labels.copied : labels.copy}</span>
    </button>
  );
}
