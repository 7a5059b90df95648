import { defineWidget, type WidgetProps } from "@sessionstream/react/widgets";
import "./stock-list.css";

interface Stock {
  readonly items: readonly { readonly name: string; readonly left: number }[];
}

function StockList({ props: { items = [] } }: WidgetProps<Stock>) {
  return (
    <ul className="stock-list" aria-label="Stock">
      {items.map(({ name, left }) => (
        <li key={name}>
          <span>{name}</span>
          <span>{left === 0 ? "Sold out" : `${left} left`}</span>
        </li>
      ))}
    </ul>
  );
}

/** Shows what the engine calls "stock-list", from its first property to its last. */
export const stockList = defineWidget("stock-list", StockList);
