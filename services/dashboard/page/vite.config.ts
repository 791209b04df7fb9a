import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// `npm run dev` serves the page alone; the rest comes from a running Onwatch.
const ONWATCH = "http://localhost:8000";

/** A compressed copy beside each script and style: a sixth smaller than what the server would compress for each answer. */
const brotliCopies: Plugin = {
  name: "brotli-copies",
  apply: "build",
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
      const file = join(dir!, name);
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
    }
  },
};

interface Modules {
  getModuleInfo(id: string): { importers: readonly string[] } | null;
}

/** Where the page begins; `index.html` is a module, too. */
const START = /\/(index\.html|main\.tsx)$/;

/** Whether it is loaded at the start: what begins the page imports it, over others or itself. */
function isNeededAtStart(id: string, modules: Modules, seen = new Set<string>()): boolean {
  seen.add(id);
  const importers = modules.getModuleInfo(id)?.importers ?? [];
  return importers.some((by) => START.test(by) || (!seen.has(by) && isNeededAtStart(by, modules, seen)));
}

export default defineConfig({
  plugins: [react(), brotliCopies],
  build: {
    outDir: "../src/onwatch_dashboard/static",
    emptyOutDir: true,
    // The content security policy allows no data: fonts or scripts; files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // One file of what the start needs: in small ones it is larger. `main.tsx` is none of it: it awaits the language,
          // and a language that needs something of the same file would wait for `main.tsx`.
          groups: [
            {
              debugName: "page",
              name: (id, modules) => (!START.test(id) && isNeededAtStart(id, modules) ? "page" : null),
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "/api": { target: ONWATCH }, "/ws": { target: ONWATCH, ws: true } },
  },
});
