// Before anything is drawn: the theme that was chosen earlier (src/ui/theme.ts).
try {
  const theme = localStorage.getItem("onwatch:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser refuses to store anything: the theme of the system.
}

// What the page that is opened needs first is under way while the start is loaded: its scripts, whose names the build writes
// into the tag of this one, and its requests, at the addresses of src/api/.
{
  const { list, video } = document.currentScript.dataset;
  const address = /^\/videos\/[A-Za-z0-9_-]{1,64}$/.exec(location.pathname)?.[0];
  const isList = location.pathname === "/" && location.search === "";
  const preload = (properties) => document.head.append(Object.assign(document.createElement("link"), properties));
  const preloadScripts = (files = "") => files.split(" ").forEach((href) => href && preload({ rel: "modulepreload", href }));
  const preloadAnswer = (href) => preload({ rel: "preload", as: "fetch", crossOrigin: "", href });
  if (address) {
    preloadScripts(video);
    for (const part of ["", "/metrics", "/runs?limit=50", "/site"]) preloadAnswer(`/api${address}${part}`);
  } else if (isList) {
    preloadScripts(list);
    for (const each of ["/api/folders", "/api/video-count?", "/api/videos?&limit=48&offset=0"]) preloadAnswer(each);
  }
  // The other page follows, so that it opens at once.
  addEventListener("load", () => setTimeout(() => [list, video].forEach((files) => preloadScripts(files)), 3000));
}
