/** Commands of IMAP as they should be, for tests that make others of them: one at least for each name in the table. */

const message =
  "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n";
const literal = `{${message.length}+}\r\n${message}`;
const set = "1:*";
const programs = [
  "ALL",
  'RETURN (MIN MAX COUNT SAVE) OR (UNSEEN SUBJECT "x y") NOT (LARGER 10 BEFORE 1-Jan-2030)',
  "CHARSET UTF-8 TEXT {3+}\r\n\xc3\xbcx OLDER 5 MODSEQ 1 1:3 UID 1:*,2",
  "UIDAFTER 1 NOT UIDBEFORE 3",
  "RETURN (PARTIAL 1:2) FUZZY BODY one HEADER Subject x KEYWORD $Key EMAILID M1",
];
const sorts = ["(SUBJECT REVERSE DATE) UTF-8 ALL", "RETURN (ALL COUNT) (DISPLAYFROM SIZE) US-ASCII UNSEEN"];
const items = [
  "ALL",
  "(FLAGS UID INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE MODSEQ SAVEDATE EMAILID THREADID PREVIEW)",
  '(BODY BODY.PEEK[] BODY[1.MIME] BODY[HEADER.FIELDS (Subject "From")]<0.10> BINARY.PEEK[1] BINARY.SIZE[1])',
  "(RFC822 RFC822.HEADER RFC822.TEXT) (CHANGEDSINCE 1)",
  "BODY.PEEK[TEXT]<5.5>",
];
const stores = ["+FLAGS (\\Seen $Key)", "(UNCHANGEDSINCE 5) -FLAGS.SILENT \\Deleted", "FLAGS (\\Deleted \\Draft)"];

/** Arguments, with the space before them, by the name of the command. */
export const seeds: Readonly<Record<string, readonly string[]>> = {
  "CAPABILITY": [""],
  "NOOP": [""],
  "LOGOUT": [""],
  "ID": [" NIL", ' ("name" "x" "version" NIL)', " ({4+}\r\nname {1+}\r\nx)"],
  "LANGUAGE": ["", " de-AT default", ' "fr"'],
  "STARTTLS": [""],
  "AUTHENTICATE": [
    " PLAIN =",
    " PLAIN",
    " CRAM-MD5",
    " SCRAM-SHA-256 biwsbj1mcmVkLHI9eA==",
    " PLAIN AGZyZWRAZXhhbXBsZS5vcmcAc2VjcmV0",
  ],
  "LOGIN": [" fred@example.org secret", ' "fred@example.org" {6+}\r\nsecret', " fred wrong"],
  "ENABLE": [" CONDSTORE", " QRESYNC IMAP4rev2", " UTF8=ACCEPT METADATA X"],
  // Never DEFLATE itself: the test could not read on.
  "COMPRESS": [" LZW"],
  "UNAUTHENTICATE": [""],
  "APPEND": [
    ` INBOX ${literal}`,
    ` INBOX (\\Seen $Key) " 1-Jan-2026 00:00:00 +0000" ${literal} (\\Draft) ${literal}`,
    ` INBOX ~{5+}\r\n\0\xff\r\n\n`,
    ` INBOX UTF8 (~${literal})`,
    ` INBOX CATENATE (TEXT ${literal} URL "/INBOX/;UID=1/;SECTION=HEADER" URL {13+}\r\n/INBOX/;UID=2)`,
    ` {5+}\r\nINBOX ${literal}`,
    " INBOX {10}",
    " nothing {3+}\r\nabc {2+}\r\nx\r",
  ],
  "IDLE": [""],
  "SELECT": [" INBOX", " INBOX (CONDSTORE)", " INBOX (QRESYNC (1 1 1:5 (1,2 1,2)))", " nothing", ' "a/b"'],
  "EXAMINE": [" INBOX", " {5+}\r\nINBOX"],
  "CREATE": [" a/b", ' "x" (USE (\\Sent))', ' "&AOQ-"', ' "INBOX"'],
  "DELETE": [" a/b", " INBOX"],
  "RENAME": [" a b", " INBOX old"],
  "SUBSCRIBE": [" a"],
  "UNSUBSCRIBE": [" a"],
  "LIST": [
    ' "" *',
    ' (SUBSCRIBED RECURSIVEMATCH) "" ("%" "a/%") RETURN (CHILDREN STATUS (MESSAGES SIZE) MYRIGHTS)',
    ' "" ""',
  ],
  "LSUB": [' "" "*"'],
  "NAMESPACE": [""],
  "STATUS": [" INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ APPENDLIMIT MAILBOXID)"],
  "ESEARCH": [" IN (mailboxes INBOX) RETURN (COUNT) UNSEEN", ' IN (subtree "" personal) ALL'],
  "SETACL": [" INBOX bob@example.org +lrs", ' INBOX anyone ""'],
  "DELETEACL": [" INBOX bob@example.org"],
  "GETACL": [" INBOX"],
  "LISTRIGHTS": [" INBOX bob@example.org"],
  "MYRIGHTS": [" INBOX"],
  "GETMETADATA": [' "" /shared/comment', " (DEPTH infinity MAXSIZE 10) INBOX (/private /shared)"],
  "SETMETADATA": [' INBOX (/private/comment "x" /shared/comment NIL)', " INBOX (/private/x ~{3+}\r\n\0ab)"],
  "GETQUOTA": [' "fred@example.org"'],
  "GETQUOTAROOT": [" INBOX"],
  "SETQUOTA": [' "fred@example.org" (STORAGE 100)'],
  "NOTIFY": [
    " NONE",
    " SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange)) (personal (MailboxName))",
  ],
  "GENURLAUTH": [' "imap://fred@mail.example.org/INBOX/;UID=1;URLAUTH=anonymous" INTERNAL'],
  "RESETKEY": ["", " INBOX"],
  "URLFETCH": [
    ' "imap://fred@mail.example.org/INBOX/;UID=1;URLAUTH=anonymous:internal:91354a473744909de610943775f92038"',
  ],
  "CLOSE": [""],
  "UNSELECT": [""],
  "CHECK": [""],
  "EXPUNGE": [""],
  "UID EXPUNGE": [" 1:*"],
  "SEARCH": programs.map((program) => ` ${program}`),
  "UID SEARCH": programs.map((program) => ` ${program}`),
  "SORT": sorts.map((sort) => ` ${sort}`),
  "UID SORT": sorts.map((sort) => ` ${sort}`),
  "THREAD": [" REFERENCES UTF-8 ALL", " ORDEREDSUBJECT US-ASCII UNSEEN"],
  "UID THREAD": [" REFERENCES UTF-8 1:3"],
  "CANCELUPDATE": [' "t1"'],
  "FETCH": items.map((item) => ` ${set} ${item}`),
  "UID FETCH": [
    ...items.map((item) => ` ${set} ${item}`),
    " 1:* FLAGS (CHANGEDSINCE 1 VANISHED)",
    " 1:9 UID (PARTIAL -1:-3)",
    " $ UID",
  ],
  "STORE": stores.map((store) => ` ${set} ${store}`),
  "UID STORE": stores.map((store) => ` 1,3:2 ${store}`),
  "REPLACE": [` 1 INBOX ${literal}`, ` * INBOX (\\Seen) CATENATE (TEXT ${literal})`],
  "UID REPLACE": [` 2 INBOX ${literal}`, " 2 INBOX {5}"],
  "COPY": [" 1:* INBOX", " 1 nothing"],
  "UID COPY": [" 1:* a/b"],
  "MOVE": [" 1 INBOX", " * a/b"],
  "UID MOVE": [" 1:2 INBOX"],
};
