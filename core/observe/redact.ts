/** Keeps secrets out of the log: values by the name of their field, and what clients send to prove who they are. */

/** What stands where a secret was. */
export const hidden = "(hidden)";

/** Whether a field of this name holds a secret: `password`, `authResponse`, `client_secret`, `apiKey`, `cookie`. */
export function isSecretName(name: string): boolean {
  return /pass(?!ed|ive|age|through)|secret|token|credential|private|auth_?response|initial_?response|api_?key|cookie|^(?:salted|stored|server)_?key$/i
    .test(name);
}

/**
 * A command line as a client sent it, without what is secret in it. Knows POP3 (PASS, APOP, AUTH), IMAP (LOGIN and
 * AUTHENTICATE, after their tag), SMTP and ManageSieve (AUTH, AUTHENTICATE). Everything after the word that says which
 * secret follows is hidden, however it is quoted: what is broken may be a secret too.
 */
export function redactLine(line: string): string {
  const [, tag = "", verb = "", rest = ""] =
    /^\s*((?:\S+\s+)??)(PASS|APOP|AUTH|AUTHENTICATE|LOGIN)\b(.*)$/is.exec(line) ?? [];
  if (verb === "" || rest.trim() === "") return redactUrls(line);
  // The mechanism, or APOP's name, is no secret and says what was tried.
  const keeps = /^(?:APOP|AUTH|AUTHENTICATE)$/i.test(verb);
  const [, word = "", more = ""] = /^\s*("[^"]*"|\S+)(.*)$/s.exec(rest) ?? [];
  if (!keeps) return `${tag}${verb} ${hidden}`;
  return more.trim() === "" ? `${tag}${verb} ${word}` : `${tag}${verb} ${word} ${hidden}`;
}

/** A text without the passwords of addresses in it: `postgres://user:password@host`. */
export function redactUrls(text: string): string {
  return text.includes("://") ? text.replace(/(:\/\/[^/\s:@]*:)[^/\s@]*@/g, `$1${hidden}@`) : text;
}

/** Whether a field of this name holds a line that a client sent. */
export function isLineName(name: string): boolean {
  return /^(?:line|command|input|received)$/i.test(name);
}
