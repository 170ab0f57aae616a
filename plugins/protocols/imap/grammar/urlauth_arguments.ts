/** Arguments of RESETKEY, GENURLAUTH and URLFETCH (RFC 4467 §7, §9). URLs are texts here; `imap_url.ts` reads them. */
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printText, type WireText } from "./wire_text.ts";

/** Arguments of RESETKEY. */
export interface ResetKeyArguments {
  /** Absent: all mailboxes. */
  readonly mailbox?: string;
  /** In upper case; none: those that the server chooses. */
  readonly mechanisms: readonly string[];
}

/** A URL that is to be authorized, and how. */
export interface UrlToAuthorize {
  /** Without a proof. */
  readonly url: string;
  /** In upper case. */
  readonly mechanism: string;
}

/** Reads what follows the name RESETKEY: nothing, or a space and what is meant. @throws Malformed. */
export function expectResetKeyArguments(scanner: Scanner): ResetKeyArguments {
  if (!scanner.acceptSpace()) {
    scanner.expectEnd();
    return { mechanisms: [] };
  }
  const mailbox = expectMailboxName(scanner);
  const mechanisms = scanner.acceptSpace() ? scanner.expectItems(expectMechanism) : [];
  scanner.expectEnd();
  return { mailbox, mechanisms };
}

/** Writes what `expectResetKeyArguments` reads. */
export function printResetKeyArguments({ mailbox, mechanisms }: ResetKeyArguments, form: NameForm): WireText {
  const words = mailbox === undefined ? [] : [printMailboxName(mailbox, form), ...mechanisms];
  return words.map((word) => ` ${word}`).join("");
}

/** Reads what follows `GENURLAUTH `: at least one. @throws Malformed. */
export function expectGenUrlAuthArguments(scanner: Scanner): readonly UrlToAuthorize[] {
  const urls = scanner.expectItems(() => {
    const url = scanner.expectText("a URL");
    scanner.expectSpace();
    return { url, mechanism: expectMechanism(scanner) };
  });
  scanner.expectEnd();
  return urls;
}

/** Writes arguments of GENURLAUTH. */
export function printGenUrlAuthArguments(urls: readonly UrlToAuthorize[]): WireText {
  return urls.map(({ url, mechanism }) => `${printText(url)} ${mechanism}`).join(" ");
}

/** Reads what follows `URLFETCH `: at least one URL. @throws Malformed. */
export function expectUrlFetchArguments(scanner: Scanner): readonly string[] {
  const urls = scanner.expectItems(() => scanner.expectText("a URL"));
  scanner.expectEnd();
  return urls;
}

/** Writes arguments of URLFETCH. */
export function printUrlFetchArguments(urls: readonly string[]): WireText {
  return urls.map(printText).join(" ");
}

/** RFC 4467 §9: letters, digits, "-" and "."; case makes no difference. */
function expectMechanism(scanner: Scanner): string {
  return scanner.expectWord("the name of a mechanism");
}
