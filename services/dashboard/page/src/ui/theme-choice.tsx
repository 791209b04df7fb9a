import { texts } from "../texts";
import { ThemeIcon } from "./icons";
import { SelectField } from "./select-field";
import { chooseTheme, THEMES, useTheme } from "./theme";

/** An icon, so that it fits the head of a phone; the choice itself is the browser's. */
export function ThemeChoice() {
  return (
    <span className="icon-choice" title={texts.ui.theme}>
      <ThemeIcon />
      <SelectField
        label={texts.ui.theme}
        options={THEMES.map((theme) => [theme, texts.ui.themes[theme]] as const)}
        value={useTheme()}
        onChange={chooseTheme}
        testId="theme"
      />
    </span>
  );
}
