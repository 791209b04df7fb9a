import { useMutation } from "@tanstack/react-query";
import { reasonOf, send } from "../api/http";
import { urls } from "../api/urls";
import type { ProviderLogin } from "../contract";
import { texts } from "../texts";
import { keepAskedFor } from "./provider-answer";

interface Props {
  /** Its name. */
  provider: string;
  /** There is no other way to log in. */
  isOnly: boolean;
  /** Told why a login cannot begin; null: one is tried. */
  onSaid: (problem: string | null) => void;
}

/** Leaves the page for the provider, which sends the browser back to `/login`. */
export function ProviderLoginButton({ provider, isOnly, onSaid }: Props) {
  const begin = useMutation({
    mutationFn: () => send<ProviderLogin>("POST", urls.provider),
    onMutate: () => onSaid(null),
    onError: (error) => onSaid(reasonOf(error)),
    onSuccess: (login) => {
      keepAskedFor(location, sessionStorage);
      location.assign(login!.url);
    },
  });
  return (
    <button
      type="button"
      className={isOnly ? "button primary wide" : "button wide"}
      aria-busy={begin.isPending}
      autoFocus={isOnly}
      onClick={() => {
        if (!begin.isPending) begin.mutate();
      }}
      data-testid="provider-login"
    >
      {begin.isPending ? texts.session.goingTo(provider) : texts.session.logInBy(provider)}
    </button>
  );
}
