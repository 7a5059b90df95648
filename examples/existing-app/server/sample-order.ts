/** What the demo engine shows when it is asked for a card. */
export const ORDER_CARD = {
  name: "order-card",
  payload: {
    orderId: "4818",
    customer: "Tomás Herrera",
    status: "delayed",
    total: "$2,140.00",
    eta: "Tuesday, 24 November",
    lines: [
      { name: "Cedar bench, 160 cm", quantity: 2 },
      { name: "Linen parasol", quantity: 1 },
      { name: "Teak side table", quantity: 2 },
    ],
  },
};
