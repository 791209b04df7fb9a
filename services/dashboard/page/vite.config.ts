import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` serves the page alone; the rest comes from a running Onwatch.
const ONWATCH = "http://localhost:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/onwatch_dashboard/static",
    emptyOutDir: true,
    // The content security policy allows no data: fonts or scripts; files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: ONWATCH }, "/ws": { target: ONWATCH, ws: true } },
  },
});
