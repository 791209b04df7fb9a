import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Components, styles and the HTTP client are those of the dashboard, as are the packages: `node_modules` is a link to
// the dashboard's, made by `make page`.
const DASHBOARD = fileURLToPath(new URL("../../../services/dashboard/page", import.meta.url));

// `npm run dev` serves the page alone; the rest comes from `onwatch tally FILE --port 8010`.
const TALLY = "http://localhost:8010";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@dashboard": `${DASHBOARD}/src` } },
  publicDir: `${DASHBOARD}/public`,
  build: {
    outDir: "../server/src/onwatch_tally/static",
    emptyOutDir: true,
    // The content security policy allows no data: fonts or scripts; files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: TALLY } },
    fs: { allow: [".", DASHBOARD] },
  },
});
