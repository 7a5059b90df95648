import { ORDERS, type Order, type OrderStatus, REVENUE_BY_DAY } from "./orders.ts";

const STATUS_LABELS: Record<OrderStatus, string> = {
  processing: "Processing",
  shipped: "Shipped",
  delivered: "Delivered",
  delayed: "Delayed",
};

const SECTIONS = ["Overview", "Orders", "Products", "Customers", "Reports"] as const;

function Sparkline({ values }: { readonly values: readonly number[] }) {
  const top = Math.max(...values);
  const step = 100 / (values.length - 1);
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${(36 - (value / top) * 32).toFixed(1)}`);
  return (
    <svg
      className="sparkline"
      viewBox="0 0 100 40"
      preserveAspectRatio="none"
      role="img"
      aria-label="Revenue, rising over the last 14 days"
    >
      <polygon points={`0,40 ${points.join(" ")} 100,40`} />
      <polyline points={points.join(" ")} />
    </svg>
  );
}

function Figure({ label, value, change }: { readonly label: string; readonly value: string; readonly change: string }) {
  return (
    <article className="figure">
      <h3>{label}</h3>
      <p className="figure-value">{value}</p>
      <p className="figure-change">{change}</p>
    </article>
  );
}

function OrderRow({ order }: { readonly order: Order }) {
  return (
    <tr>
      <th scope="row">#{order.id}</th>
      <td>{order.customer}</td>
      <td className="muted">{order.placed}</td>
      <td className="number">{order.items}</td>
      <td className="number">{order.total}</td>
      <td>
        <span className="status" data-status={order.status}>
          {STATUS_LABELS[order.status]}
        </span>
      </td>
    </tr>
  );
}

/** The app as it was before anybody added a chat to it. */
export function Dashboard() {
  return (
    <div className="shell">
      <nav className="sidebar" aria-label="Sections">
        <p className="brand">
          Harbor <span>&amp;</span> Pine
        </p>
        <ul>
          {SECTIONS.map((section) => (
            <li key={section}>
              <a href={`#${section.toLowerCase()}`} aria-current={section === "Orders" ? "page" : undefined}>
                {section}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main className="content">
        <header className="page-header">
          <div>
            <h1>Orders</h1>
            <p className="muted">Friday, 20 November</p>
          </div>
          <button type="button" className="primary">
            New order
          </button>
        </header>
        <section className="figures" aria-label="Key figures">
          <article className="figure figure-wide">
            <h3>Revenue, 14 days</h3>
            <p className="figure-value">$48,310</p>
            <Sparkline values={REVENUE_BY_DAY} />
          </article>
          <Figure label="Open orders" value="27" change="4 more than last week" />
          <Figure label="On-time delivery" value="96.4%" change="up 1.2 points" />
          <Figure label="Returns" value="3" change="1 fewer than last week" />
        </section>
        <section className="table-card" aria-label="Latest orders">
          <h2>Latest orders</h2>
          <div className="table-scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Order</th>
                  <th scope="col">Customer</th>
                  <th scope="col">Placed</th>
                  <th scope="col" className="number">
                    Items
                  </th>
                  <th scope="col" className="number">
                    Total
                  </th>
                  <th scope="col">Status</th>
                </tr>
              </thead>
              <tbody>
                {ORDERS.map((order) => (
                  <OrderRow key={order.id} order={order} />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      </main>
    </div>
  );
}
