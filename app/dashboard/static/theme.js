// Light, dark, or as the system has it. A classic script in the head: the chosen one is worn before anything is painted.
globalThis.headgateTheme = (() => {
  const KEPT = "headgate.theme";
  const chosen = () => {
    try {
      const theme = localStorage.getItem(KEPT);
      return theme === "light" || theme === "dark" ? theme : "auto";
    } catch {
      return "auto"; // a browser that keeps nothing
    }
  };
  const wear = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
  };
  wear(chosen());
  return {
    chosen,
    choose(theme) {
      wear(theme);
      try {
        if (theme === "auto") localStorage.removeItem(KEPT);
        else localStorage.setItem(KEPT, theme);
      } catch {} // then it holds until the page is left
    },
  };
})();
