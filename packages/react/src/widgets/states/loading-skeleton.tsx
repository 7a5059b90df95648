import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";

const SHAPES = ["bubble", "line", "line", "short", "bubble", "line", "short"] as const;

/** A thread that is being loaded. Appears late, so that a fast load shows nothing in between. */
export function LoadingSkeleton() {
  const part = usePart();
  const labels = useLabels();
  return (
    <div role="status" {...part("skeleton")}>
      <span {...part("visually-hidden")}>{labels.loading}</span>
      {SHAPES.map((shape, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed drawing.
        <div key={index} aria-hidden="true" {...part("skeleton-line", { state: shape })} />
      ))}
    </div>
  );
}
