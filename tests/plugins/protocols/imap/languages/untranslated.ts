/** What a server has said to people that it cannot say in another language. */
import { languages } from "../../../../../plugins/protocols/imap/languages/languages.ts";

/** Texts of status responses, tagged or not, among these lines. */
export function untranslated(received: string): readonly string[] {
  const german = languages.find(({ tag }) => tag === "de")?.translation;
  return received.split("\r\n").flatMap((line) => {
    const [, text] = /^\S+ (?:OK|NO|BAD|BYE) (?:\[.*?\] )?(.*)$/.exec(line) ?? [];
    return text !== undefined && german?.text(text) === text ? [text] : [];
  });
}
