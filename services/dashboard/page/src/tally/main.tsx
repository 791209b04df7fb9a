import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Logo } from "../ui/icons";
import { ToastProvider } from "../ui/toasts";
import { TallyPage } from "./tally-page";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/controls.css";
import "../styles/surfaces.css";
import "../styles/shell.css";
import "../styles/player.css";
import "../styles/numbers.css";
import "../styles/results.css";
import "../styles/tally.css";

// "always": the server is this machine, which needs no network.
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
