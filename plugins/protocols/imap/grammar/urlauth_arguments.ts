/** Arguments of RESETKEY, GENURLAUTH and URLFETCH (RFC 4467 §7, §9, RFC 5524 §5). URLs are texts here; `imap_url.ts` reads them. */
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

/** What URLFETCH tells of a URL (RFC 5524 §3.1). */
export type UrlItem = "BODYPARTSTRUCTURE" | "BINARY" | "BODY";

/** A URL that is to be fetched. */
export interface UrlToFetch {
  /** With its proof. */
  readonly url: string;
  /** What is asked for; nothing: the content, as RFC 4467 has it. */
  readonly items: readonly UrlItem[];
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
export function expectUrlFetchArguments(scanner: Scanner): readonly UrlToFetch[] {
  const urls = scanner.expectItems((): UrlToFetch => {
    if (!scanner.accept("(")) return { url: scanner.expectText("a URL"), items: [] };
    const url = scanner.expectText("a URL");
    const items = scanner.acceptSpace() ? expectUrlItems(scanner) : [];
    scanner.expect(")");
    return { url, items };
  });
  scanner.expectEnd();
  return urls;
}

/** RFC 5524 §3.1: each once, and not both BINARY and BODY. */
function expectUrlItems(scanner: Scanner): readonly UrlItem[] {
  const left = new Map(urlItems);
  return scanner.expectItems(() => {
    const start = scanner.at;
    const item = scanner.expectOneOf(left, "BODYPARTSTRUCTURE, BINARY or BODY, each once");
    left.delete(item);
    if (!left.has("BINARY") && !left.has("BODY")) throw scanner.malformed("not both BINARY and BODY", start);
    return item;
  });
}

const urlItems: ReadonlyMap<string, UrlItem> = new Map(
  (["BODYPARTSTRUCTURE", "BINARY", "BODY"] as const).map((item) => [item, item]),
);

/** Writes arguments of URLFETCH. */
export function printUrlFetchArguments(urls: readonly UrlToFetch[]): WireText {
  return urls.map(({ url, items }) => items.length === 0 ? printText(url) : `(${[printText(url), ...items].join(" ")})`)
    .join(" ");
}

/** RFC 4467 §9: letters, digits, "-" and "."; case makes no difference. */
function expectMechanism(scanner: Scanner): string {
  return scanner.expectWord("the name of a mechanism");
}
