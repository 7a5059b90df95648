/**
 * Owns putting one statement together: its values in the order in which its text names them. The text depends on the
 * parts alone, so that the statement is prepared once under a name made of them.
 */
import type { Columns } from "./columns.ts";
import type { PostgresQuery, PostgresValue } from "./pool.ts";

const LETTERS = {
  create: "C",
  advance: "A",
  once: "o",
  events: "e",
  command: "c",
  replace: "r",
  forget: "f",
  put: "p",
  fence: "l",
  due: "d",
  truncate: "t",
  redact: "x",
} as const;

export class QueryParts {
  readonly schema: string;
  readonly #values: PostgresValue[] = [];
  /** At most 63 bytes of a statement's name count: a letter for each part. */
  #name = "";

  constructor(schema: string) {
    this.schema = schema;
  }

  named(part: keyof typeof LETTERS): void {
    this.#name += LETTERS[part];
  }

  value(value: PostgresValue): string {
    return `$${this.#values.push(value)}`;
  }

  /** A list of records as a table `r`: one array per column, so that the text is the same for any number of them. */
  rows<Row>(rows: readonly Row[], columns: Columns<Row>): string {
    const arrays = Object.values(columns).map(([type, value]) => `${this.value(rows.map(value))}::${type}[]`);
    return `unnest(${arrays.join(", ")}) AS r(${Object.keys(columns).join(", ")})`;
  }

  end(text: string): PostgresQuery {
    return { name: `${this.schema}:${this.#name}`, text, values: this.#values };
  }
}
