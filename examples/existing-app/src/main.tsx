import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Dashboard } from "./dashboard/dashboard.tsx";
import "./dashboard/dashboard.css";
import { Support } from "./support/support.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Dashboard />
    <Support />
  </StrictMode>,
);
