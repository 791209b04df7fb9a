import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Logo } from "@dashboard/ui/icons";
import { ToastProvider } from "@dashboard/ui/toasts";
import { TallyPage } from "./tally-page";
import "@dashboard/styles/tokens.css";
import "@dashboard/styles/base.css";
import "@dashboard/styles/controls.css";
import "@dashboard/styles/surfaces.css";
import "@dashboard/styles/shell.css";
import "@dashboard/styles/player.css";
import "@dashboard/styles/numbers.css";
import "@dashboard/styles/results.css";
import "./tally.css";

// "always": the server is on this machine, so being offline does not matter.
const client = new QueryClient({
  defaultOptions: { queries: { retry: 1, networkMode: "always" }, mutations: { networkMode: "always" } },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <ToastProvider>
        <header className="shell-header">
          <span className="brand">
            <Logo />
            <span>Onwatch</span>
            <span className="brand-part">Tally</span>
          </span>
        </header>
        <main id="main" tabIndex={-1}>
          <TallyPage />
        </main>
      </ToastProvider>
    </QueryClientProvider>
  </StrictMode>,
);
