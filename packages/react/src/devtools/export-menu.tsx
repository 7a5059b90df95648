import { Menu } from "./menu.tsx";
import { type ExportFormat, saveFile } from "./save-file.ts";

/** What can be saved: its name, and how it is read once somebody asks. */
export interface Exportable {
  readonly name: string;
  readonly read: () => unknown;
}

const FORMATS: readonly ExportFormat[] = ["yaml", "json"];

interface ExportMenuProps {
  readonly items: readonly Exportable[];
  /** Begins the names of files. */
  readonly prefix: string;
}

export function ExportMenu({ items, prefix }: ExportMenuProps) {
  return (
    <Menu name="Export">
      {items.flatMap(({ name, read }) =>
        FORMATS.map((format) => (
          <button
            key={`${name} ${format}`}
            type="button"
            onClick={() => saveFile(`${prefix}-${name.toLowerCase()}`, read(), format)}
            data-part="button"
            data-state="quiet"
          >
            {name} as {format.toUpperCase()}
          </button>
        )),
      )}
    </Menu>
  );
}
