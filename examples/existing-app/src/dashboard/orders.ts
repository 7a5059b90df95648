/** What this app is about: the orders of a small shop for outdoor furniture. */
export type OrderStatus = "processing" | "shipped" | "delivered" | "delayed";

export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly placed: string;
  readonly items: number;
  readonly total: string;
  readonly status: OrderStatus;
}

export const ORDERS: readonly Order[] = [
  { id: "4821", customer: "Maya Okafor", placed: "Today, 09:12", items: 3, total: "$1,284.00", status: "processing" },
  { id: "4820", customer: "Jonas Lindqvist", placed: "Today, 08:47", items: 1, total: "$349.00", status: "processing" },
  { id: "4819", customer: "Priya Raman", placed: "Yesterday", items: 2, total: "$612.50", status: "shipped" },
  { id: "4818", customer: "Tomás Herrera", placed: "Yesterday", items: 5, total: "$2,140.00", status: "delayed" },
  { id: "4817", customer: "Ada Bianchi", placed: "18 Nov", items: 1, total: "$89.00", status: "delivered" },
  { id: "4816", customer: "Noah Fischer", placed: "18 Nov", items: 4, total: "$958.20", status: "shipped" },
  { id: "4815", customer: "Leila Haddad", placed: "17 Nov", items: 2, total: "$430.00", status: "delivered" },
  { id: "4814", customer: "Sam Whitaker", placed: "17 Nov", items: 1, total: "$219.00", status: "delivered" },
];

export const REVENUE_BY_DAY = [38, 42, 35, 51, 47, 62, 58, 66, 61, 74, 70, 83, 79, 91] as const;
