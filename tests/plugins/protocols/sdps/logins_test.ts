/** Logins of SDPS: hosts, and users of hosts. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type HostLogin, readHostLogin } from "../../../../plugins/protocols/sdps/logins.ts";

const domains = ["demon.example", "other.example"];

const read: Readonly<Record<string, HostLogin>> = {
  "vision25": { login: "vision25" },
  "fred@vision25": { login: "vision25", user: "fred" },
  "fred+vision25": { login: "vision25", user: "fred" },
  "fred+lists@vision25": { login: "vision25", user: "fred+lists" },
  "fred+lists+vision25": { login: "vision25", user: "fred+lists" },
  "vision25.demon.example": { login: "vision25@demon.example" },
  "fred@vision25.other.example": { login: "vision25@other.example", user: "fred" },
  "fred+vision25.other.example": { login: "vision25@other.example", user: "fred" },
  // The address of an account, as everywhere.
  "vision25@demon.example": { login: "vision25@demon.example" },
  "vision25@Other.Example": { login: "vision25@Other.Example" },
  // What names nobody.
  "": { login: "" },
  "@vision25": { login: "@vision25" },
  "fred@": { login: "fred@" },
  "fred+": { login: "fred+" },
  "+": { login: "+" },
};

for (const [written, login] of Object.entries(read)) {
  Deno.test(`sdps logins: ${JSON.stringify(written)}`, () => assertEquals(readHostLogin(written, domains), login));
}

Deno.test("sdps logins: whatever a user and a host are called, both forms say the same", () => {
  const host = fc.stringMatching(/^[a-z0-9-]{1,12}(?:\.net\.example)?$/), user = fc.string({ minLength: 1 });
  fc.assert(fc.property(host, user, (host, user) => {
    const ofHost = readHostLogin(host, domains).login;
    assertEquals(readHostLogin(`${user}@${host}`, domains), { login: ofHost, user });
    if (!user.includes("@")) assertEquals(readHostLogin(`${user}+${host}`, domains), { login: ofHost, user });
  }));
});

Deno.test("sdps logins: any text is read, and none opens more than the account that it names", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (written) => {
    const { login, user } = readHostLogin(written, domains);
    const host = login.includes("@") && user !== undefined ? login.replace("@", ".") : login;
    const forms = user === undefined ? [login, login.replace("@", ".")] : [`${user}@${host}`, `${user}+${host}`];
    if (!forms.includes(written)) throw new Error(JSON.stringify({ written, login, user }));
  }));
});
