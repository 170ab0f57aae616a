import { assert, assertEquals, assertMatch } from "@std/assert";
import { runMain } from "../../support/run_main.ts";
import type { Finished } from "../../support/run_program.ts";
import { testFolder, type TestSettings } from "../../support/test_config.ts";

/** Runs commands of one configuration, each in a process of its own that may touch its folder only. */
async function withCommands(
  test: (account: (words: string, stdin?: string) => Promise<Finished>, folder: string) => Promise<void>,
  settings: TestSettings = {},
): Promise<void> {
  await using home = await testFolder({ storage: "sqlite", accounts: {}, ...settings });
  await test(
    (words, stdin) =>
      runMain(["account", ...words.split(" "), "--config", home.file], {
        folder: home.folder,
        ...stdin !== undefined && { stdin },
      }),
    home.folder,
  );
}

const done = (stdout: string): Finished => ({ code: 0, stdout, stderr: "" });

Deno.test("account: added, listed, shown, renamed by aliases, removed", async () => {
  await withCommands(async (account) => {
    assertEquals(
      await account("add carol@example.org --password-stdin", "secret\n"),
      done("added carol@example.org\n"),
    );
    assertEquals(
      await account("alias sales@example.org carol@example.org x@elsewhere.example"),
      done("sales@example.org  → carol@example.org, x@elsewhere.example\n"),
    );
    assertEquals((await account("alias @example.org carol@example.org")).code, 0);
    const { stdout } = await account("list --json");
    const { accounts, aliases } = JSON.parse(stdout);
    for (const command of ["show", "remove"]) {
      const { code, stderr } = await account(`${command} @example.org`);
      assertEquals([code, stderr], [1, "@example.org is no account but an alias of carol@example.org\n"]);
    }
    assertEquals(accounts.map(({ address }: { address: string }) => address), ["carol@example.org"]);
    assertEquals(aliases, [
      { address: "@example.org", to: ["carol@example.org"] },
      { address: "sales@example.org", to: ["carol@example.org", "x@elsewhere.example"] },
    ]);
    const shown = JSON.parse((await account("show carol@example.org --json")).stdout);
    assert(shown.secrets.includes("scrypt"));
    assertMatch((await account("show carol@example.org")).stdout, /^address {2}carol@example\.org\nsince {4}\d{4}-/);
    assertEquals(await account("alias sales@example.org"), done("removed the alias sales@example.org\n"));
    const removed = await account("remove carol@example.org");
    assertEquals([removed.code, removed.stdout], [0, "removed carol@example.org and its mail\n"]);
    // The domain's catch-all is left, and leads nowhere: the operator is told, where logs go.
    assertMatch(removed.stderr, /^\S+ WARN .* alias leads to an account that was removed .*alias=@example\.org .*\n$/);
    assertEquals(JSON.parse((await account("list --json")).stdout).accounts, []);
  });
});

Deno.test("account second-password: set beside the first, shown by name, and removed", async () => {
  await withCommands(async (account) => {
    await account("add carol@example.org --password-stdin", "x");
    assertEquals(
      await account("second-password carol@example.org --password-stdin", "y"),
      done("set the second password of carol@example.org\n"),
    );
    const secrets = async () => JSON.parse((await account("show carol@example.org --json")).stdout).secrets;
    assert((await secrets()).includes("second"));
    assertEquals(
      await account("second-password carol@example.org --remove"),
      done("removed the second password of carol@example.org\n"),
    );
    assert(!(await secrets()).includes("second"));
  });
});

Deno.test("account otp: a sequence is begun with what it was given, shown by name, and removed", async () => {
  const auth = ["plain", "otp"];
  await withCommands(async (account) => {
    await account("add carol@example.org --password-stdin", "x");
    const otp = (words: string, stdin?: string) => account(`otp carol@example.org ${words}`, stdin);
    const made = await otp("--password-stdin", "This is a test.");
    assertMatch(made.stdout, /^one-time passwords of carol@example\.org: 499, from otp-md5 499 [a-z]{2}\d{4} on\n$/);
    assertEquals([made.code, made.stderr], [0, ""]);
    assertEquals(
      await otp("--sequence 3 --seed TeSt --algorithm sha1 --password-stdin", "This is a test."),
      done("one-time passwords of carol@example.org: 3, from otp-sha1 3 test on\n"),
    );
    const secrets = async () => JSON.parse((await account("show carol@example.org --json")).stdout).secrets;
    assertEquals(await secrets(), ["scrypt", "otp"]);
    const { code, stderr } = await otp("--seed test --password-stdin", "This is a test.");
    assertEquals([code, stderr], [1, "the seed test is that of the sequence before: choose another\n"]);
    // RFC 2289 appendix C: the pass phrase, and the seed.
    const wrong: [string, string][] = [
      ["", "Too_short"],
      ["--seed Length_Okay", "A_Valid_Pass_Phrase"],
      ["--seed LengthOfSeventeen", "A_Valid_Pass_Phrase"],
      ["--seed=", "A_Valid_Pass_Phrase"],
      ["--seed ThePassPhrase", "thepassphrase"],
      ["--sequence 0", "A_Valid_Pass_Phrase"],
      ["--sequence 9999", "A_Valid_Pass_Phrase"],
      ["--algorithm md2", "A_Valid_Pass_Phrase"],
    ];
    for (const [words, passPhrase] of wrong) {
      const { code, stdout, stderr } = await otp(`${words} --password-stdin`.trim(), passPhrase);
      assertEquals([code, stdout, stderr.startsWith("account otp: ")], [2, "", true], words + stderr);
      assert(!stderr.includes(passPhrase));
    }
    const long = await otp("--password-stdin", "1234567890".repeat(6) + "1234");
    assertEquals([long.code, long.stderr.split("\n").length], [0, 2]);
    assertEquals(await otp("--remove"), done("removed the one-time passwords of carol@example.org\n"));
    assertEquals(await secrets(), ["scrypt"]);
  }, { auth });
});

Deno.test("account otp: without the mechanism nothing is kept", async () => {
  await withCommands(async (account) => {
    await account("add carol@example.org --password-stdin", "x");
    const { code, stderr } = await account("otp carol@example.org --password-stdin", "This is a test.");
    assertEquals([code, stderr.startsWith("one-time passwords are not kept: add otp to auth")], [1, true], stderr);
  }, { auth: ["plain"] });
});

Deno.test("account quota: limits are set as a whole and shown; --none takes them away", async () => {
  await withCommands(async (account) => {
    await account("add carol@example.org --password-stdin", "x");
    assertEquals(
      await account("quota carol@example.org --storage 1.5GB --messages 1000"),
      done("quota of carol@example.org: 1500MB, 1000 messages\n"),
    );
    assertMatch((await account("show carol@example.org")).stdout, /^quota {4}1500MB, 1000 messages$/m);
    assertEquals(
      await account("quota carol@example.org --mailboxes 7 --json"),
      done('{"mailboxes":7}\n'),
    );
    assertEquals(JSON.parse((await account("show carol@example.org --json")).stdout).quota, { mailboxes: 7 });
    const wrong = ["", "--none --messages 1", "--storage much", "--storage 5", "--messages -1", "--mailboxes 1.5"];
    for (const words of wrong) {
      const { code, stdout, stderr } = await account(`quota carol@example.org ${words}`.trim());
      assertEquals([code, stdout, stderr.startsWith("account quota: ")], [2, "", true], stderr);
    }
    assertEquals(JSON.parse((await account("show carol@example.org --json")).stdout).quota, { mailboxes: 7 });
    assertEquals(await account("quota carol@example.org --none"), done("quota of carol@example.org: none\n"));
    assertMatch((await account("show carol@example.org")).stdout, /^quota {4}none$/m);
    assertEquals((await account("quota nobody@example.org --none")).code, 1);
  });
});

Deno.test("account: no command prints a password or what is made of it", async () => {
  await withCommands(async (account) => {
    const password = "correct horse battery";
    const said = [
      await account("add carol@example.org --password-stdin --json", password),
      await account("password carol@example.org --password-stdin", `${password}\n`),
      await account("list"),
      await account("show carol@example.org --json"),
      await account("import", `carol@example.org ${password}\n`),
    ].map(({ stdout, stderr }) => stdout + stderr).join("");
    assertEquals(said.includes(password), false);
    assertEquals(/[A-Za-z0-9+/]{24}/.test(said.replaceAll(/"(?:account|createdAt)":"[^"]*"/g, "")), false, said);
  });
});

Deno.test("account: without --password-stdin and without a terminal nothing is waited for", async () => {
  await withCommands(async (account) => {
    const { code, stderr, stdout } = await account("add carol@example.org", "");
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^no password: expected --password-stdin and one line, or a terminal to ask on\n/);
    const lines = ["", "\n", "one\ntwo\n", "x".repeat(5000)];
    for (const stdin of lines) assertEquals((await account("add carol@example.org --password-stdin", stdin)).code, 2);
    assertEquals(JSON.parse((await account("list --json")).stdout).accounts, []);
  });
});

Deno.test("account: what cannot be done is one line, and exit code 1", async () => {
  await withCommands(async (account) => {
    await account("add carol@example.org --password-stdin", "x");
    const failures = [
      await account("add carol@example.org --password-stdin", "x"),
      await account("add carol@elsewhere.example --password-stdin", "x"),
      await account("add carol --password-stdin", "x"),
      await account("remove nobody@example.org"),
      await account("show nobody@example.org"),
      await account("password nobody@example.org --password-stdin", "x"),
      await account("alias carol@example.org x@example.org"),
    ];
    for (const { code, stdout, stderr } of failures) {
      assertEquals([code, stdout, stderr.trim().split("\n").length], [1, "", 1], stderr);
    }
  });
});

Deno.test("account: a folder as standard input is told in one line", async () => {
  for (const words of ["account import", "account add a@example.org --password-stdin"]) {
    const under = ["sh", "-c", 'exec "$@" < /', "sh"];
    const { code, stdout, stderr } = await runMain(words.split(" "), { under });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^Is a directory .*; give it a file\n$/);
  }
});

Deno.test("account import: hundreds at once, with progress on standard error", async () => {
  await withCommands(async (account) => {
    const lines = Array.from({ length: 250 }, (_, number) => `user${number}@example.org password ${number}\n`).join("");
    assertEquals(await account("import", lines), {
      code: 0,
      stdout: "added 250 accounts\n",
      stderr: "100 of 250\n200 of 250\n250 of 250\n",
    });
    assertEquals(JSON.parse((await account("list --json")).stdout).accounts.length, 250);
  });
});

Deno.test("account import: where nothing is read, that is said, and what is expected", async () => {
  await withCommands(async (account) => {
    for (const nothing of ["", "\n# of before\n"]) {
      const { code, stdout, stderr } = await account("import", nothing);
      assertEquals([code, stdout], [2, ""]);
      assertEquals(stderr.split("\n")[0], "standard input: expected lines of ADDRESS PASSWORD; found none");
    }
  });
});

Deno.test("account import: a line that cannot be read keeps all from being added", async () => {
  await withCommands(async (account) => {
    const { code, stderr } = await account("import", "a@example.org x\nsecret\n");
    assertEquals(code, 2);
    assertEquals(stderr.split("\n").slice(0, 2), [
      "standard input, line 2: expected ADDRESS PASSWORD",
      "nothing was added",
    ]);
    assertEquals(JSON.parse((await account("list --json")).stdout).accounts, []);
  });
});

Deno.test("account import: accounts that cannot be added are told with their lines, and how many were", async () => {
  await withCommands(async (account) => {
    await account("add b@example.org --password-stdin", "x");
    const refused = "# of before\n\na@example.org x\nb@example.org x\nc@elsewhere.example x\nd@example.org x\n";
    const { code, stdout, stderr } = await account("import", refused);
    assertEquals([code, stdout], [1, ""]);
    assertEquals(stderr.split("\n"), [
      "standard input, line 4: b@example.org has an account already",
      'standard input, line 5: c@elsewhere.example: "elsewhere.example" is not a local domain (those are example.org)',
      "nothing was added",
      "",
    ]);
    const lines = Array.from({ length: 150 }, (_, n) => `${n === 120 ? "b" : `user${n}`}@example.org x\n`).join("");
    assertEquals((await account("import", lines)).stderr.split("\n"), [
      "100 of 150",
      "standard input, line 121: b@example.org has an account already",
      "100 accounts were added, none from line 101 on",
      "",
    ]);
    assertEquals(JSON.parse((await account("list --json")).stdout).accounts.length, 101);
  });
});
