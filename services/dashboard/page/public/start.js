// Before anything is drawn: the theme that was chosen earlier (src/ui/theme.ts).
try {
  const theme = localStorage.getItem("onwatch:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser refuses to store anything: the theme of the system.
}

// And what the page asks for first is under way while its scripts are loaded: the same addresses as in src/api/.
const video = /^\/videos\/[A-Za-z0-9_-]{1,64}$/.exec(location.pathname)?.[0];
const isList = location.pathname === "/" && location.search === "";
const first = video
  ? ["", "/metrics", "/runs?limit=50", "/site"].map((part) => `/api${video}${part}`)
  : isList
    ? ["/api/folders", "/api/video-count?", "/api/videos?&limit=48&offset=0"]
    : [];
for (const href of first) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "fetch", crossOrigin: "", href }));
}
