import { useEffect, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { getJson } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { LoginMethods } from "../contract";
import { texts } from "../texts";
import { PasswordLogin } from "./password-login";
import { ProviderLoginButton } from "./provider-login-button";

interface Props {
  hasEnded: boolean;
  /** Why a link, or a login by the provider, was refused. */
  problem: string | null;
}

const PASSWORDS: LoginMethods = { has_passwords: true, provider: null };

/** Shown at every address while nobody is logged in; the address is shown after the login. */
export default function LoginPage({ hasEnded, problem }: Props) {
  const methods = useMethods();
  /** Of what was tried here; undefined: nothing was yet. */
  const [said, setSaid] = useState<string | null>();
  useEffect(() => {
    document.title = texts.app.titleOf(texts.session.logIn);
  }, []);
  if (methods === null) return null;
  const { has_passwords, provider } = methods;
  const refusal = said === undefined ? problem : said;
  return (
    <section className="login-page">
      <section className="form login-form panel" data-testid="login" aria-labelledby="login-title">
        <h1 id="login-title">{texts.session.welcome}</h1>
        {hasEnded && !refusal && (
          <p className="notice" role="status" data-testid="session-ended">
            {texts.session.ended}
          </p>
        )}
        <p className="form-problem" role="alert" data-testid="login-problem">
          {refusal}
        </p>
        {provider !== null && <ProviderLoginButton provider={provider} isOnly={!has_passwords} onSaid={setSaid} />}
        {provider !== null && has_passwords && <p className="login-or">{texts.session.or}</p>}
        {has_passwords && <PasswordLogin onSaid={setSaid} />}
        <p className="form-hint">{has_passwords ? texts.session.forgotten : texts.session.noPasswords}</p>
      </section>
    </section>
  );
}

/** Null until the server has said it; passwords, if it does not. */
function useMethods(): LoginMethods | null {
  const query = useQuery({
    queryKey: keys.loginMethods,
    queryFn: ({ signal }) => getJson<LoginMethods>(urls.loginMethods, signal),
    retry: false,
  });
  return query.data ?? (query.isError ? PASSWORDS : null);
}
