import { assert, assertEquals, assertMatch } from "@std/assert";
import { Recorder, recorderTest } from "../../support/power_cut/recorder.ts";
import { runMain } from "../../support/run_main.ts";

const words = ["--hostname", "mail.example.org", "--account", "you@example.org"];

Deno.test("init: makes a configuration that can be served, and an account", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const made = await runMain(["init", `${folder}/new`, ...words], { folder });
    assertEquals([made.code, made.stderr], [0, ""]);
    const [, password = ""] = /you@example\.org with the password (\S+)/.exec(made.stdout) ?? [];
    assertMatch(password, /^(?:[a-z]{4}-){4}[a-z]{4}$/);
    const checked = await runMain(["check", "--config", `${folder}/new/mail.yaml`], { folder });
    assertEquals(checked, { code: 0, stdout: `${folder}/new/mail.yaml can be served\n`, stderr: "" });
    const listed = await runMain(["account", "list", "--config", `${folder}/new/mail.yaml`], { folder });
    assertMatch(listed.stdout, /^you@example\.org /);
    const { mode } = await Deno.stat(`${folder}/new/tls/key.pem`);
    assert(mode !== null);
    assertEquals(mode & 0o777, 0o600);
    assertEquals(((await Deno.stat(`${folder}/new/data`)).mode ?? 0) & 0o777, 0o700);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init: with a password of one's own, none is printed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const made = await runMain(["init", folder, ...words, "--password-stdin"], { folder, stdin: "correct horse\n" });
    assertEquals(made.code, 0, made.stderr);
    assertEquals(/correct|with the password/.test(made.stdout), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init: nothing that is there is changed", async () => {
  for (const name of ["mail.yaml", "tls/cert.pem", "tls/key.pem"]) {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/tls`);
      await Deno.writeTextFile(`${folder}/${name}`, "mine");
      const { code, stdout, stderr } = await runMain(["init", folder, ...words], { folder });
      assertEquals([code, stdout, stderr], [1, "", `${folder}/${name} is there already; nothing was changed\n`]);
      assertEquals(await Deno.readTextFile(`${folder}/${name}`), "mine");
      const entries = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
      assertEquals(entries.sort(), name === "mail.yaml" ? ["mail.yaml", "tls"] : ["tls"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test("init: a folder that cannot be, for a file stands there, is one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/notes`, "mine");
    const { code, stderr } = await runMain(["init", `${folder}/notes`, ...words], { folder });
    assertEquals(
      [code, stderr],
      [1, `${folder}/notes/mail.yaml cannot be made: what is above it is a file; nothing was changed\n`],
    );
    assertEquals(await Deno.readTextFile(`${folder}/notes`), "mine");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init: a folder that the system refuses is one line, with what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink("loop", `${folder}/loop`);
    const said = async (name: string) => {
      const { code, stderr } = await runMain(["init", `${folder}/${name}`, ...words], { folder });
      assertEquals(code, 1);
      return stderr;
    };
    assertMatch(await said("loop"), /^Too many levels [^\n]*\/loop\/mail.yaml'; choose another folder\n$/);
    assertMatch(await said("x".repeat(300)), /^File name too long [^\n]*\/mail.yaml'; choose another name\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init: bad names are refused before anything is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const [hostname, account] of [
        ["mail example", "you@example.org"],
        ["mail.example.org", "you"],
        ["mail.example.org", "you@exa mple"],
        ["x\nstorage: memory", "you@example.org"],
      ] as const
    ) {
      const { code, stderr } = await runMain(["init", folder, "--hostname", hostname, "--account", account], {
        folder,
      });
      assertEquals(code, 2, stderr);
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

recorderTest("init: a loss of power takes nothing of what it has said it made", async () => {
  const folder = await Deno.makeTempDir(), left = `${folder}.left`;
  try {
    await using recorder = await Recorder.of(folder);
    const made = await runMain(["init", `${folder}/new`, ...words], { folder, under: recorder.next().under });
    assertEquals(made.code, 0, made.stderr);
    await recorder.writeLeast(left);
    for (const name of ["mail.yaml", "tls/cert.pem", "tls/key.pem"]) {
      assertEquals(await Deno.readTextFile(`${left}/new/${name}`), await Deno.readTextFile(`${folder}/new/${name}`));
    }
    await Deno.remove(`${folder}/new`, { recursive: true });
    await Deno.rename(`${left}/new`, `${folder}/new`);
    const listed = await runMain(["account", "list", "--config", `${folder}/new/mail.yaml`], { folder });
    assertMatch(listed.stdout, /^you@example\.org /, listed.stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(left, { recursive: true });
  }
});
