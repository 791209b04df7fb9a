// Before anything is drawn: the theme that was chosen earlier (src/ui/theme.ts).
try {
  const theme = localStorage.getItem("onwatch:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser refuses to store anything: the theme of the system.
}

// What the page that is opened needs first is under way while the start is loaded: its scripts, whose names the build writes
// into the tag of this one, and for those who are logged in its requests, at the addresses of src/api/.
window.onwatchSession = fetch("/api/session"); // src/session/session-api.ts takes the answer
{
  const { list, video } = document.currentScript.dataset;
  const address = /^\/videos\/[A-Za-z0-9_-]{1,64}$/.exec(location.pathname)?.[0];
  const isList = location.pathname === "/" && location.search === "";
  const preload = (properties) => document.head.append(Object.assign(document.createElement("link"), properties));
  const preloadScripts = (files = "") => files.split(" ").forEach((href) => href && preload({ rel: "modulepreload", href }));
  const preloadAnswers = (urls) =>
    window.onwatchSession
      .then((answer) => answer.clone().json())
      .then(({ is_login_required, role }) => {
        if (is_login_required && role === null) return; // There would be refusals.
        urls.forEach((href) => preload({ rel: "preload", as: "fetch", crossOrigin: "", href }));
      })
      .catch(() => {}); // There is no answer: the page says so.
  if (address) {
    preloadScripts(video);
    preloadAnswers(["", "/metrics", "/runs?limit=50", "/site"].map((part) => `/api${address}${part}`));
  } else if (isList) {
    preloadScripts(list);
    preloadAnswers(["/api/folders", "/api/video-count?", "/api/videos?&limit=48&offset=0"]);
  }
  // The other page follows, so that it opens at once.
  addEventListener("load", () => setTimeout(() => [list, video].forEach((files) => preloadScripts(files)), 3000));
}
