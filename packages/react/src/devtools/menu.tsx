import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";

interface MenuProps {
  readonly name: string;
  readonly children: ReactNode;
}

/** A button that shows more buttons. Escape closes it and gives the focus back. */
export function Menu({ name, children }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    // A dialog around us has its own Escape.
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what its buttons' keys bubble.
    <span data-devtools="menu" onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        data-part="button"
        data-state="quiet"
      >
        {name}
      </button>
      {open ? (
        <span id={id} data-devtools="menu-items">
          {children}
        </span>
      ) : null}
    </span>
  );
}
