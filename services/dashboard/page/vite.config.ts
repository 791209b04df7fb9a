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
/** The pages that most visits begin with. */
const LIST = /\/videos\/list-page\.tsx$/;
const VIDEO = /\/detail\/detail-page\.tsx$/;

/** Whether a module that begins something imports it, over others or itself. */
function isNeededBy(beginning: RegExp, id: string, modules: Modules, seen = new Set<string>()): boolean {
  seen.add(id);
  const importers = modules.getModuleInfo(id)?.importers ?? [];
  return importers.some((by) => beginning.test(by) || (!seen.has(by) && isNeededBy(beginning, by, modules, seen)));
}

/** The file of a module: of the start, of the list or of a video. What both pages need is needed at the start. */
function fileOf(id: string, modules: Modules): string | null {
  if (START.test(id)) return null;
  if (isNeededBy(START, id, modules)) return "page";
  const isOfList = LIST.test(id) || isNeededBy(LIST, id, modules);
  const isOfVideo = VIDEO.test(id) || isNeededBy(VIDEO, id, modules);
  if (isOfList && isOfVideo) return "page";
  return isOfList ? "list" : isOfVideo ? "video" : null;
}

/** Of each page the file with its modules, and the small one that is imported. */
const FILES_OF_PAGES = { list: ["list", "list-page"], video: ["video", "detail-page"] };

/** Tells `public/start.js` the files of the pages: the one that is opened is loaded beside that of the start. */
const pageFiles: Plugin = {
  name: "page-files",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle }) {
      const filesOf = (names: readonly string[]) =>
        names.map((name) => {
          const chunk = Object.values(bundle ?? {}).find((each) => each.type === "chunk" && each.name === name);
          if (chunk === undefined) throw new Error(`the build has no file "${name}"`);
          return `/${chunk.fileName}`;
        });
      const attributes = Object.entries(FILES_OF_PAGES).map(([page, names]) => ` data-${page}="${filesOf(names).join(" ")}"`);
      return html.replace('<script src="/start.js"', (tag) => tag + attributes.join(""));
    },
  },
};

export default defineConfig({
  plugins: [react(), brotliCopies, pageFiles],
  build: {
    outDir: "../src/onwatch_dashboard/static",
    emptyOutDir: true,
    // The content security policy allows no data: fonts or scripts; files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // One file of what the start needs, one of each page: in small ones it is larger. `main.tsx` is none of it: it awaits the language,
          // and a language that needs something of the same file would wait for `main.tsx`.
          // With what it needs, a module of a page would also take what the start needs, had that not gone before.
          groups: (["page", "list", "video"] as const).map((file, place) => ({
            debugName: file,
            priority: 3 - place,
            name: (id: string, modules: Modules) => (fileOf(id, modules) === file ? file : null),
          })),
        },
      },
    },
  },
  server: {
    proxy: { "/api": { target: ONWATCH }, "/ws": { target: ONWATCH, ws: true } },
  },
});
