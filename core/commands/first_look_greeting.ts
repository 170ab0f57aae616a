/** What a newcomer reads: where it listens, who may log in, and lines to paste. Pure. */
import { formatListenAddress } from "../config/listen_address.ts";
import { valueAt } from "../config/plain_value.ts";
import { formatHostPort } from "../options/host_port.ts";
import type { Listening } from "../server/server.ts";
import { firstLookFile, passwordFile, type TrialAccount } from "./first_look.ts";
import { columns } from "./usage.ts";

/** The whole text. */
export function greeting(accounts: readonly TrialAccount[], listening: readonly Listening[]): string {
  const rows = columns([
    ...listening.map((one) => [`  ${serviceOf(one)}`, formatListenAddress(one.address)] as const),
    ...accounts.map(({ address, password }) => [`  ${address}`, password ?? forgotten(address)] as const),
  ]);
  return [
    `Serving ${firstLookFile}; Ctrl-C stops. Addresses, and accounts with their passwords:`,
    "",
    ...rows,
    "",
    ...pasteLines(accounts, listening),
    ...accounts.some(({ password }) => password !== undefined)
      ? [`The passwords are kept in ${passwordFile}; remove it when you no longer need it.`]
      : [],
  ].join("\n");
}

function forgotten(address: string): string {
  return `(not known here; "main.ts account password ${address} --config ${firstLookFile}" sets one)`;
}

/** -k: nobody has signed the certificate of a first look. */
function pasteLines(accounts: readonly TrialAccount[], listening: readonly Listening[]): string[] {
  const [sender, recipient] = accounts;
  const submission = listening.find((one) => one.protocol === "smtp" && isSubmission(one) && isSecure(one, "starttls"));
  const imaps = listening.find((one) => one.protocol === "imap" && isSecure(one, "tls"));
  const pop3s = listening.find((one) => one.protocol === "pop3" && isSecure(one, "tls"));
  if (sender?.password === undefined || recipient?.password === undefined) return [];
  const lines: string[] = [];
  if (submission !== undefined) {
    lines.push(
      "Send a message:",
      "",
      `  printf 'From: ${sender.address}\\r\\nTo: ${recipient.address}\\r\\nSubject: Hello\\r\\n\\r\\nIt works.\\r\\n' |` +
        ` curl -sSk --ssl-reqd --user '${sender.address}:${sender.password}' --mail-from ${sender.address}` +
        ` --mail-rcpt ${recipient.address} -T - smtp://${formatHostPort(submission.address)}`,
      "",
    );
  }
  const fetched = [
    ...imaps === undefined ? [] : [`'imaps://${formatHostPort(imaps.address)}/INBOX;MAILINDEX=1'`],
    ...pop3s === undefined ? [] : [`pop3s://${formatHostPort(pop3s.address)}/1`],
  ];
  if (fetched.length > 0) {
    const login = `--user '${recipient.address}:${recipient.password}'`;
    lines.push("Fetch it, by IMAP or by POP3:", "", ...fetched.map((url) => `  curl -sSk ${login} ${url}`), "");
  }
  return lines;
}

function serviceOf(one: Listening): string {
  return isSubmission(one) ? `${one.protocol} submission` : one.protocol;
}

function isSubmission({ options }: Listening): boolean {
  return valueAt(options, ["mode"]) === "submission";
}

function isSecure({ address }: Listening, security: "tls" | "starttls"): boolean {
  return address.security === security;
}
