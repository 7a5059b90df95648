import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { AlertIcon } from "../icons/icons.tsx";

export interface NoticeProps {
  readonly level: "error" | "warning";
  readonly text: string;
}

export function Notice({ level, text }: NoticeProps) {
  const part = usePart();
  const labels = useLabels();
  return (
    <div {...part("notice", { state: level })}>
      <AlertIcon />
      <span>
        <span {...part("visually-hidden")}>{level === "error" ? labels.error : labels.warning}: </span>
        {text}
      </span>
    </div>
  );
}
