/** Python's imaplib: every command that it has. */
import { assertEquals } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const python = { name: "python3", packageName: "python3" };

const beginning = `
import imaplib, ssl, sys, time
kind, port, user, password, other, other_password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)

def connect():
    if kind == "implicit":
        return imaplib.IMAP4_SSL("localhost", int(port), ssl_context=context)
    imap = imaplib.IMAP4("localhost", int(port))
    if kind == "upgrade":
        assert "LOGINDISABLED" in imap.capabilities, imap.capabilities
        ok(imap.starttls(context))
        assert "LOGINDISABLED" not in imap.capabilities and "STARTTLS" not in imap.capabilities, imap.capabilities
    return imap

def ok(answer):
    status, data = answer
    assert status == "OK", answer
    return data

def refused(call, *args):
    try:
        status, data = call(*args)
    except imaplib.IMAP4.error as error:
        return str(error)
    assert status == "NO", (status, data)
    return data[0].decode()
`;

const logins = `${beginning}
import base64, hmac
for mechanism in (["CRAM-MD5"] if kind == "none" else ["PLAIN", "LOGIN", "CRAM-MD5"]):
    imap = connect()
    ok(imap.noop())
    assert ("AUTH=PLAIN" in imap.capabilities) == (kind != "none"), imap.capabilities
    if mechanism == "PLAIN":
        ok(imap.authenticate("PLAIN", lambda challenge: f"\\0{user}\\0{password}"))
    elif mechanism == "CRAM-MD5":
        ok(imap.login_cram_md5(user, password))
    else:
        ok(imap.login(user, password))
    assert imap.state == "AUTH"
    ok(imap.select())
    assert imap.logout()[0] == "BYE"
imap = connect()
assert ("PRIVACYREQUIRED" if kind == "none" else "AUTHENTICATIONFAILED") in refused(imap.login, user, "wrong")
assert "AUTHENTICATIONFAILED" in refused(imap.login_cram_md5, user, "wrong")
imap.logout()
`;

const everything = `${beginning}
import re
imap = connect()
ok(imap.login(user, password))
ok(imap.capability())
ok(imap.noop())
assert b"Other Users/" in ok(imap.namespace())[0]

# Mailboxes: made, listed, renamed, subscribed, removed.
for name in ["Work", "Work/2024", "Old", '"a quoted name"', "Entw&APw-rfe"]:
    ok(imap.create(name))
names = ok(imap.list())
assert any(b'"/" INBOX' in line for line in names), names
assert any(b'"a quoted name"' in line for line in names) and any(b'Entw&APw-rfe' in line for line in names), names
assert len(ok(imap.list("Work", "*"))) == 2, imap.list("Work", "*")
assert ok(imap.list('""', "Nothing")) == [None]
ok(imap.rename("Old", "Older"))
ok(imap.subscribe("Work"))
assert [line.rsplit(b" ", 1)[1] for line in ok(imap.lsub())] == [b"Work"], imap.lsub()
ok(imap.unsubscribe("Work"))
assert ok(imap.lsub()) == [None]
assert "NONEXISTENT" in refused(imap.delete, "Nothing")
assert "ALREADYEXISTS" in refused(imap.create, "Work")
ok(imap.delete("Older"))

# Messages come and are found.
def message(number):
    return f"From: bob@example.org\\r\\nTo: alice@example.org\\r\\nSubject: number {number}\\r\\nMessage-ID: <{number}@x>\\r\\n" \\
        + (f"References: <{number - 1}@x>\\r\\n" if number % 2 == 0 else "") \\
        + f"Date: {number} Jan 2024 10:00:00 +0000\\r\\n\\r\\n.line one\\r\\nGr\\u00fc\\u00dfe {number}\\r\\n"
for number in range(1, 7):
    said = ok(imap.append("Work", "\\\\Flagged keyword" if number == 3 else "", imaplib.Time2Internaldate(1704103200 + number), message(number).encode()))
    assert b"APPENDUID" in said[0], said
assert "TRYCREATE" in refused(imap.append, "Nothing", "", None, b"Subject: x\\r\\n\\r\\n")
assert b"(MESSAGES 6 UIDNEXT 7" in ok(imap.status("Work", "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT)"))[0]
assert ok(imap.select("Work")) == [b"6"]
assert imap.response("UIDNEXT")[1] == [b"7"], imap.response("UIDNEXT")
assert imap.response("READ-WRITE")[1] == [b""], imap.untagged_responses
ok(imap.check())
assert imap.recent()[1] == [b"6"], imap.untagged_responses
assert ok(imap.search(None, "FROM", '"bob"', "SUBJECT", "number")) == [b"1 2 3 4 5 6"]
assert ok(imap.search("UTF-8", "FLAGGED", "KEYWORD", "keyword")) == [b"3"]
imap.literal = "Gr\\u00fc\\u00dfe 5".encode()
assert ok(imap.search("UTF-8", "BODY")) == [b"5"]
assert ok(imap.uid("SEARCH", "SINCE", "3-Jan-2024", "ALL")) == [b""]
assert ok(imap.uid("SEARCH", "SENTSINCE", "3-Jan-2024")) == [b"3 4 5 6"]
assert ok(imap.sort("(REVERSE DATE)", "UTF-8", "ALL")) == [b"6 5 4 3 2 1"]
assert ok(imap.thread("REFERENCES", "UTF-8", "ALL")) == [b"(1 2)(3 4)(5 6)"], imap.thread("REFERENCES", "UTF-8", "ALL")
assert ok(imap.thread("ORDEREDSUBJECT", "UTF-8", "1:2")) == [b"(1)(2)"]

# They are read and marked.
data = ok(imap.fetch("3", "(FLAGS UID RFC822.SIZE INTERNALDATE BODY.PEEK[] ENVELOPE BODYSTRUCTURE)"))
assert data[0][1] == message(3).encode(), data
assert imaplib.ParseFlags(data[0][0]) == (b"\\\\Flagged", b"keyword", b"\\\\Recent"), data[0][0]
assert time.mktime(imaplib.Internaldate2tuple(data[0][0])) == 1704103203, data[0][0]
assert f"RFC822.SIZE {len(message(3).encode())}".encode() in data[0][0]
assert b'"number 3"' in data[0][0] + data[1]
assert ok(imap.fetch("1:2", "(BODY[HEADER.FIELDS (SUBJECT)])"))[0][1] == b"Subject: number 1\\r\\n\\r\\n"
assert ok(imap.fetch("1", "RFC822"))[0][1] == message(1).encode()
assert ok(imap.fetch("2", "FLAGS"))[0] == b"2 (FLAGS (\\\\Seen \\\\Recent))"
assert b"\\\\Answered" in ok(imap.store("1", "+FLAGS", "(\\\\Answered)"))[0]
assert ok(imap.store("1:3", "FLAGS.SILENT", "(new)")) == [None]
assert b"new" in ok(imap.uid("FETCH", "2", "(FLAGS)"))[0]
assert b"\\\\Deleted" in ok(imap.uid("STORE", "2", "+FLAGS", "\\\\Deleted"))[0]

# They are copied, moved, removed.
ok(imap.copy("1:2", "INBOX"))
assert imap.response("COPYUID")[1] is not None
ok(imap.uid("COPY", "6", "INBOX"))
ok(imap.uid("MOVE", "5", "INBOX"))
assert imap.response("EXPUNGE")[1] == [b"5"]
ok(imap.store("1", "+FLAGS", "\\\\Deleted"))
assert ok(imap.expunge()) == [b"1", b"1"]
assert ok(imap.uid("SEARCH", "ALL")) == [b"3 4 6"]
ok(imap.store("1", "+FLAGS", "\\\\Deleted"))
ok(imap.unselect())
assert ok(imap.select("Work", readonly=True)) == [b"3"]
assert "READ-ONLY" in refused(imap.store, "1", "+FLAGS", "\\\\Seen")
ok(imap.close())
assert ok(imap.select("Work")) == [b"3"]
ok(imap.close())
assert ok(imap.select("Work")) == [b"2"]
assert ok(imap.select("INBOX")) == [b"4"]

# Rights: a mailbox is shared.
ok(imap.setacl("Work", other, "lr"))
assert other.encode() in ok(imap.getacl("Work"))[0], imap.getacl("Work")
assert b"Work" in ok(imap.myrights("Work"))[0]
friend = connect()
ok(friend.login(other, other_password))
shared = f'"Other Users/{user}/Work"'
assert ok(friend.select(shared, readonly=True)) == [b"2"]
assert b"lr" in ok(friend.myrights(shared))[0]
assert "NOPERM" in refused(friend.copy, "1", shared)
ok(friend.unselect())
ok(imap.deleteacl("Work", other))
assert "NONEXISTENT" in refused(friend.select, shared)
friend.logout()

# Quotas are the administrator's to set.
root, quota = ok(imap.getquotaroot("INBOX"))
name = re.fullmatch(rb'INBOX (.*)', root[0]).group(1).decode()
ok(imap.getquota(name))
ok(imap.setquota(name, "(STORAGE 1024 MESSAGE 1000)"))
assert b"MESSAGE 6 1000" in ok(imap.getquota(name))[0], imap.getquota(name)

# UTF-8 from here on; a header in it is not taken before (RFC 6855 section 4). Until Python 3.14, imaplib's own append puts
# "UTF8 (" and ")" into the message.
greeting = "Subject: Gr\\u00fc\\u00dfe\\r\\n\\r\\ntext\\r\\n".encode()
assert "UTF8=ACCEPT" in refused(imap.append, "Entw&APw-rfe", "", None, greeting)
ok(imap.unselect())
ok(imap.enable("UTF8=ACCEPT"))
imap.literal = greeting
ok(imap._simple_command("APPEND", '"Entw\\u00fcrfe"'))
ok(imap.create('"Entw\\u00fcrfe/neu"'))
assert any("Entw\\u00fcrfe/neu".encode() in line for line in ok(imap.list())), imap.list()
assert ok(imap.select('"Entw\\u00fcrfe"')) == [b"1"]
assert "Gr\\u00fc\\u00dfe".encode() in ok(imap.fetch("1", "ENVELOPE"))[0], imap.fetch("1", "ENVELOPE")

# What is not IMAP any more is a BAD, and the session goes on.
assert "Unknown command" in refused(imap.partial, "1", "RFC822", "1", "9")
ok(imap.unselect())
assert "Unknown command" in refused(imap.proxyauth, other)
assert "Unknown command" in refused(imap.getannotation, "INBOX", "/comment", "value.shared")
assert "Unknown command" in refused(imap.setannotation, "INBOX", "/comment", "()")
ok(imap.xatom("NOOP"))
assert imap.logout()[0] == "BYE"
`;

for (const [kind, port] of [["none", "imap"], ["upgrade", "imap"], ["implicit", "imaps"]] as const) {
  for (
    const [name, script] of [
      ["logins", logins],
      ...kind === "none" ? [] : [["every command it has", everything]],
    ] as const
  ) {
    interopTest(`Python imaplib: ${name}, ${kind} TLS`, [python], async (home) => {
      await using server = await mailServer({ options: { imap: { administrators: [alice.address] } } });
      const { code, stderr } = await home.run(python, [
        ...["-c", script, kind, String(server.ports[port])],
        ...[alice.address, alice.password, bob.address, bob.password, server.certificate],
      ]);
      assertEquals(code, 0, stderr);
    });
  }
}
