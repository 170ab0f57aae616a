/** Logins that say more than who it is: Gmail's `recent:user@example.org`. */
import type { ReadLogin } from "../../../core/contract/mod.ts";
import type { View } from "./maildrop/view.ts";
import type { Pop3Options } from "./options.ts";

/** What a login says. */
export interface LoginForm {
  /** As the directory knows it. */
  readonly login: string;
  /** What is to be seen; absent: INBOX. */
  readonly view?: View;
}

/** Reads a login as a client wrote it. */
export type ReadLoginForm = (login: string) => LoginForm;

const prefix = /^recent:/i;

/** Gmail's form, where the configuration has it; any login is one without a prefix otherwise. */
export function readRecent({ recent }: Pick<Pop3Options, "recent">): ReadLoginForm {
  if (recent === 0) return (login) => ({ login });
  return (login) =>
    prefix.test(login) ? { login: login.replace(prefix, ""), view: { of: "recent", milliseconds: recent } } : { login };
}

/** Reads the logins of one attempt, and keeps what they say. */
export class AttemptLogins {
  /** What is to be seen, as far as is known. */
  view: View | undefined;
  /** For the authentication. */
  readonly read: ReadLogin;

  /** Of these forms. */
  constructor(readForm: ReadLoginForm) {
    this.read = (written) => {
      const { login, view } = readForm(written);
      this.view = view ?? this.view;
      return login;
    };
  }
}
