/** Python's ldap3: it reads the schema, and checks names and values by it. */
import { assertEquals } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const python = { name: "/usr/bin/python3", packageName: "python3" };
const library = { name: "/usr/lib/python3/dist-packages/ldap3/__init__.py", packageName: "python3-ldap3" };

const script = `
import ssl, sys
from ldap3 import *
from ldap3.core.exceptions import *
from ldap3.utils.conv import escape_filter_chars
way, port, user, password, certificate = sys.argv[1:]
tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=certificate, valid_names=["localhost"])
server = Server("localhost", port=int(port), use_ssl=way == "tls", tls=tls, get_info=ALL)
people = "ou=people,dc=example,dc=org"
name = "uid=alice," + people
if way == "digest":
    connection = Connection(server, authentication=SASL, sasl_mechanism=DIGEST_MD5, sasl_credentials=("mail.example.org", "alice", password, None), raise_exceptions=True)
elif way == "plain":
    connection = Connection(server, authentication=SASL, sasl_mechanism="PLAIN", sasl_credentials=(None, "alice", password), raise_exceptions=True)
else:
    connection = Connection(server, name if way != "address" else user, password, raise_exceptions=True)
connection.open()
if way not in ("tls", "digest"):
    assert connection.start_tls()
assert connection.bind(), connection.result
assert connection.extend.standard.who_am_i() == "dn:" + name

# What the server says of itself.
assert server.info.naming_contexts == ["dc=example,dc=org"], server.info.naming_contexts
assert "1.2.840.113556.1.4.319" in [control[0] for control in server.info.supported_controls]
assert ("StartTLS" in str(server.info.supported_extensions)) == (not connection.tls_started and way != "tls")
person = server.schema.object_classes["inetOrgPerson"]
assert person.superior == ["organizationalPerson"], person
assert server.schema.attribute_types["mail"].equality == ["caseIgnoreIA5Match"]
assert server.schema.attribute_types["sn"].superior == ["name"]

connection.search(people, "(&(objectClass=inetOrgPerson)(mail=b*))", attributes=ALL_ATTRIBUTES)
[entry] = connection.entries
assert entry.entry_dn == "uid=bob," + people
assert entry.mail.values == ["bob@example.org"] and entry.cn.value == ["bob"] or entry.cn.values == ["bob"]
connection.search(name, "(objectClass=*)", BASE, attributes=[ALL_OPERATIONAL_ATTRIBUTES])
assert connection.entries[0].createTimestamp.value.year >= 2024

pages = list(connection.extend.standard.paged_search(people, "(mail=*)", LEVEL, attributes=["mail"], paged_size=1))
assert [page["attributes"]["mail"] for page in pages] == [["alice@example.org"], ["bob@example.org"]], pages

# As an object, by names of the schema.
reader = Reader(connection, ObjectDef("inetOrgPerson", connection), people, "sn: = bob")
assert reader.search()[0].mail == "bob@example.org"

assert connection.compare(name, "mail", "ALICE@example.org")
for change in (
    lambda: connection.add("uid=eve," + people, "inetOrgPerson", {"sn": "eve", "cn": "eve"}),
    lambda: connection.delete(name),
    lambda: connection.modify(name, {"cn": [(MODIFY_REPLACE, ["eve"])]}),
    lambda: connection.modify_dn(name, "uid=eve"),
):
    try:
        change()
        raise AssertionError("something changed")
    except LDAPUnwillingToPerformResult:
        pass
try:
    connection.search("dc=example,dc=com", "(objectClass=*)")
    raise AssertionError("there is no such place")
except LDAPNoSuchObjectResult:
    pass
connection.unbind()
try:
    Connection(server, name, "guess", auto_bind=AUTO_BIND_TLS_BEFORE_BIND if way != "tls" else True, raise_exceptions=True)
    raise AssertionError("anybody may")
except LDAPInvalidCredentialsResult:
    pass
`;

for (const way of ["starttls", "tls", "address", "digest", "plain"]) {
  interopTest(`Python ldap3: ${way}`, [python, library], async (home) => {
    const furtherTls = way === "tls" ? "tls" : "starttls";
    const digest = { use: "digest-md5", options: { qop: ["auth"] } };
    await using server = await mailServer({ auth: ["plain", digest], further: { ldap: {} }, furtherTls });
    const { code, stderr } = await home.run(python, [
      ...["-W", "ignore", "-c", script, way, String(server.furtherPorts.ldap), alice.address, alice.password],
      server.certificate,
    ]);
    assertEquals(code, 0, stderr);
    assertEquals(server.log.filter(({ level }) => level === "error"), []);
    assertEquals(await server.inbox(bob), []);
  });
}
