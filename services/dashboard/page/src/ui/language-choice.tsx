import { isGuarded } from "../routing/router";
import { chooseLanguage, type Language, LANGUAGES, texts, useLanguage } from "../texts";
import { GlobeIcon } from "./icons";
import { SelectField } from "./select-field";
import { useToast } from "./toasts";

const CHOICES = Object.entries(LANGUAGES) as [Language, string][];

/** An icon on a phone. Nothing while there is only one language. */
export function LanguageChoice() {
  const language = useLanguage();
  const toast = useToast();
  if (CHOICES.length < 2) return null;
  return (
    <span className="icon-choice language-choice" title={texts.ui.language}>
      <GlobeIcon />
      <SelectField
        label={texts.ui.language}
        options={CHOICES}
        value={language}
        onChange={(chosen) => {
          // The page is mounted anew in another language.
          if (isGuarded()) toast({ tone: "bad", text: texts.ui.saveFirst });
          else void chooseLanguage(chosen);
        }}
        testId="language"
      />
    </span>
  );
}
