import { type FormEvent, useRef, useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { reasonOf } from "../api/http";
import { texts } from "../texts";
import { PasswordInput, TextInput } from "../ui/form-fields";
import { useSessionKeeper } from "./session-context";

interface Props {
  /** Told why a login is refused; null: one is tried. */
  onSaid: (problem: string | null) => void;
}

/** Logs in with a name and a password. */
export function PasswordLogin({ onSaid }: Props) {
  const keeper = useSessionKeeper();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const passwordField = useRef<HTMLInputElement>(null);
  const login = useMutation({
    mutationFn: () => keeper.logIn(name, password),
    onMutate: () => onSaid(null),
    onError: (error) => {
      onSaid(reasonOf(error));
      passwordField.current?.select();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!login.isPending) login.mutate();
  };
  return (
    <form className="form" onSubmit={submit} aria-labelledby="login-title">
      <TextInput
        label={texts.session.name}
        value={name}
        onChange={setName}
        autoComplete="username"
        testId="login-name"
        autoFocus
      />
      <PasswordInput
        label={texts.session.password}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        testId="login-password"
        inputRef={passwordField}
      />
      <button type="submit" className="button primary wide" aria-busy={login.isPending} data-testid="log-in">
        {login.isPending ? texts.session.loggingIn : texts.session.logIn}
      </button>
    </form>
  );
}
