import { showHidden } from "../../labels/hidden-characters.ts";
import { useLabels } from "../../labels/labels-context.tsx";
import { usePart } from "../../slots/use-part.ts";
import { ScrollText } from "../scroll-text/scroll-text.tsx";
import { CopyButton } from "./copy-button.tsx";

export interface CodeBlockProps {
  readonly code: string;
  readonly language: string;
}

export function CodeBlock({ code, language }: CodeBlockProps) {
  const part = usePart();
  const labels = useLabels();
  return (
    <div {...part("code-block")}>
      <div {...part("code-header")}>
        <span>{showHidden(language)}</span>
        <CopyButton text={code} />
      </div>
      <ScrollText name="code" label={language === "" ? labels.code : language}>
        <code>{showHidden(code)}</code>
      </ScrollText>
    </div>
  );
}
