// Before anything is drawn: the theme that was chosen earlier (src/ui/theme.ts).
try {
  const theme = localStorage.getItem("onwatch:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser refuses to store anything: the theme of the system.
}
