/** KPOP with a real realm: MIT's own krb5_sendauth, called from Python, and fetchmail. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { kerberosRealm, realmPrograms, withTickets } from "./kerberos_realm.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const python = { name: "python3", packageName: "python3" };
const fetchmail = { name: "fetchmail", packageName: "fetchmail" };
const message = "From: bob@example.org\r\nSubject: by ticket\r\n\r\n.one dot\r\nend\r\n";

/** Calls the library as programs in C do. What it is to do is read from its arguments, what came of it is printed. */
const sendauth = `
import ctypes, socket, sys
from ctypes import byref, c_char_p, c_int, c_void_p

library = ctypes.CDLL("libkrb5.so.3")
library.krb5_get_error_message.restype = c_char_p

port, application, service, mutual, offset, repeats, source = sys.argv[1:8]
commands = sys.argv[8:]

class Data(ctypes.Structure):
    _fields_ = [("magic", c_int), ("length", ctypes.c_uint), ("data", c_void_p)]

class Error(ctypes.Structure):
    _fields_ = [("magic", c_int), ("ctime", c_int), ("cusec", c_int), ("susec", c_int), ("stime", c_int),
                ("error", ctypes.c_uint), ("client", c_void_p), ("server", c_void_p), ("text", Data), ("e_data", Data)]

context = c_void_p()
def check(code, what):
    if code != 0:
        print(what, "failed:", library.krb5_get_error_message(context, code).decode())
        sys.exit(3)

check(library.krb5_init_context(byref(context)), "init")
tickets, server = c_void_p(), c_void_p()
check(library.krb5_cc_default(context, byref(tickets)), "tickets")
check(library.krb5_sname_to_principal(context, b"localhost", service.encode(), 3, byref(server)), "server")
options = 0x20000000 if mutual == "mutual" else 0

def connect():
    return socket.create_connection(("127.0.0.1", int(port)), source_address=(source, 0))

def said(connection):
    text = b""
    while True:
        piece = connection.recv(65536)
        if piece == b"": return text
        text += piece

exchange, request = c_void_p(), Data()
check(library.krb5_mk_req(context, byref(exchange), options, service.encode(), b"localhost", None, tickets,
                          byref(request)), "request")
if repeats != "1":
    # The same AP-REQ on several connections.
    octets = ctypes.string_at(request.data, request.length)
    words = [b"KRB5_SENDAUTH_V1.0\\0", application.encode() + b"\\0", octets]
    for _ in range(int(repeats)):
        connection = connect()
        connection.sendall(b"".join(len(word).to_bytes(4, "big") + word for word in words) + b"QUIT\\r\\n")
        answer = said(connection)
        print("accepted" if b"+OK" in answer else "refused", b"replay" in answer)
    sys.exit(0)

connection = connect()
if offset != "0":
    # The ticket is there by now: no KDC has a say in it.
    import time
    check(library.krb5_set_real_time(context, int(time.time()) + int(offset), 0), "time")
exchange, descriptor, error, proof = c_void_p(), c_int(connection.fileno()), ctypes.POINTER(Error)(), c_void_p()
code = library.krb5_sendauth(context, byref(exchange), byref(descriptor), application.encode(), None, server, options,
                             None, None, tickets, byref(error), byref(proof), None)
if error:
    text = ctypes.string_at(error.contents.text.data, error.contents.text.length)
    print("KRB-ERROR", error.contents.error, text)
check(code, "sendauth")
print("mutual" if proof.value else "one-sided")
connection.sendall("".join(command + "\\r\\n" for command in commands).encode())
print(said(connection).decode(), end="")
`;

interface Attempt {
  readonly application?: string;
  readonly service?: string;
  readonly isMutual?: boolean;
  /** Seconds by which the client's clock is wrong. */
  readonly offset?: number;
  /** More than one: the same AP-REQ so many times. */
  readonly repeats?: number;
  /** Its own address. */
  readonly source?: string;
  readonly commands?: readonly string[];
}

/** What the client of krb5_sendauth says of it. */
async function attempt(home: ClientHome, server: MailServer, given: Attempt = {}) {
  const { application = "KPOPV1.0", service = "pop", isMutual = true, commands = [] } = given;
  const { offset = 0, repeats = 1, source = "127.0.0.1" } = given;
  const script = await home.write("sendauth.py", sendauth);
  const { code, stdout, stderr } = await home.run(python, [
    ...[script, String(server.furtherPorts.kpop), application, service, isMutual ? "mutual" : "one-sided"],
    ...[String(offset), String(repeats), source, ...commands],
  ]);
  assertEquals(stderr, "");
  return { code, said: stdout };
}

const programs = [python, ...realmPrograms];
const session = ["USER alice", "PASS anything", "STAT", "RETR 1", "DELE 1", "QUIT"];

for (const isMutual of [true, false]) {
  interopTest(
    `KPOP: krb5_sendauth, ${isMutual ? "mutual" : "one-sided"}: a message is fetched`,
    programs,
    async (home) => {
      await using realm = await kerberosRealm();
      await using server = await mailServer({ further: { kpop: { keytab: realm.keytab } } });
      await server.deliver(alice, message);
      const { code, said } = await attempt(withTickets(home, realm.alice), server, { isMutual, commands: session });
      assertEquals(code, 0, said);
      assertStringIncludes(said, `${isMutual ? "mutual" : "one-sided"}\n+OK POP3 server ready`);
      assertStringIncludes(said, "Subject: by ticket\r\n\r\n..one dot\r\nend\r\n.\r\n+OK");
      assertEquals(await server.inbox(alice), []);
    },
  );
}

interopTest("KPOP: krb5_sendauth: nobody opens another's maildrop", programs, async (home) => {
  await using realm = await kerberosRealm();
  await using server = await mailServer({ further: { kpop: { keytab: realm.keytab } } });
  await server.deliver(alice, message);
  const { said } = await attempt(withTickets(home, realm.bob), server, { commands: session });
  assertStringIncludes(said, "-ERR [AUTH] this login may not act for that one\r\n-ERR log in first");
  assertEquals((await server.inbox(alice)).length, 1);
});

interopTest("KPOP: krb5_sendauth: what is wrong is told as the library expects it", programs, async (home) => {
  await using realm = await kerberosRealm();
  await using server = await mailServer({ further: { kpop: { keytab: realm.keytab } } });
  const client = withTickets(home, realm.alice);
  const wrong = await attempt(client, server, { application: "KRB5_sample_protocol_v1.0" });
  assertStringIncludes(wrong.said, "sendauth failed: Bad application version was sent (via sendauth)");
  // A ticket that is good, but for another service of the same keytab.
  const other = await attempt(client, server, { service: "host" });
  assertStringIncludes(other.said, 'KRB-ERROR 35 b"The ticket isn\'t for us\\x00"');
  assertStringIncludes(other.said, "sendauth failed: Server rejected authentication (during sendauth exchange)");
  const skewed = await attempt(client, server, { offset: 400 });
  assertStringIncludes(skewed.said, "KRB-ERROR 37 b'Clock skew too great\\x00'");
  assertEquals((await attempt(client, server, { offset: 200, commands: ["QUIT"] })).code, 0);
});

interopTest("KPOP: RFC 4120 §3.2.3: a ticket with addresses is good from those", programs, async (home) => {
  await using realm = await kerberosRealm();
  await using server = await mailServer({ further: { kpop: { keytab: realm.keytab } } });
  const client = withTickets(home, realm.aliceAtHome);
  assertEquals((await attempt(client, server, { commands: ["QUIT"] })).code, 0);
  const { said } = await attempt(client, server, { source: "127.0.0.2" });
  assertStringIncludes(said, "KRB-ERROR 38 b'Incorrect net address\\x00'");
  // Most tickets have none, and are good from everywhere.
  const roaming = withTickets(home, realm.alice);
  assertEquals((await attempt(roaming, server, { source: "127.0.0.2", commands: ["QUIT"] })).code, 0);
});

interopTest("KPOP: an AP-REQ is good once", programs, async (home) => {
  await using realm = await kerberosRealm();
  await using server = await mailServer({ further: { kpop: { keytab: realm.keytab } } });
  const { said } = await attempt(withTickets(home, realm.alice), server, { repeats: 3 });
  assertEquals(said, "accepted False\nrefused True\nrefused True\n");
});

/** Joins its standard input and output to a port: fetchmail wants "kpop" for a service, which has no port on most systems. */
const joined = `
import os, socket, sys, threading
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def to_server():
    while octets := os.read(0, 65536): connection.sendall(octets)
    connection.shutdown(socket.SHUT_WR)
threading.Thread(target=to_server, daemon=True).start()
while octets := connection.recv(65536): os.write(1, octets)
`;

interopTest("KPOP: fetchmail, protocol KPOP auth kerberos_v5", [fetchmail, ...programs], async (home) => {
  await using realm = await kerberosRealm();
  await using server = await mailServer({ further: { kpop: { keytab: realm.keytab } } });
  for (const number of [1, 2]) await server.deliver(alice, message.replace("ticket", `ticket ${number}`));
  const box = `${home.folder}/box`;
  await Deno.mkdir(box);
  const keep = await home.write("keep.sh", `#!/bin/sh\ncat > "$(mktemp ${box}/XXXXXXXX)"\n`);
  await Deno.chmod(keep, 0o700);
  const join = await home.write("joined.py", joined);
  const config = await home.write(
    "fetchmailrc",
    `poll localhost service "kpop" protocol KPOP auth kerberos_v5 plugin "python3 ${join} ${server.furtherPorts.kpop}"
  user "alice" password "any text" sslproto '' mda "${keep}"
`,
  );
  const { code, stdout, stderr } = await withTickets(home, realm.alice).run(fetchmail, [
    ...["-f", config, "--idfile", `${home.folder}/ids`, "--pidfile", `${home.folder}/pid`, "-v", "--nosyslog"],
  ]);
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "POP3> PASS krb_ticket");
  const fetched = await Promise.all(
    Array.from(Deno.readDirSync(box), ({ name }) => Deno.readTextFile(`${box}/${name}`)),
  );
  assertEquals(fetched.map((text) => /^Subject: (.*)$/m.exec(text)?.[1]?.trim()).sort(), [
    "by ticket 1",
    "by ticket 2",
  ]);
  assertEquals(await server.inbox(alice), []);
  await server.logged(({ message, mechanism, login }) =>
    message === "authenticated" && mechanism === "KPOP" && login === "alice"
  );
});
