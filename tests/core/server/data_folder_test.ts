import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { holdDataFolder, isServed, makeDataFolder } from "../../../core/server/data_folder.ts";
import { projectFolder } from "../../house/project_files.ts";
import { Recorder, recorderTest } from "../../support/power_cut/recorder.ts";

/** Makes the data folder in a program of its own, or does what else is to be done there. */
function program(rights: readonly string[], act = "await makeDataFolder(Deno.args[0]);"): [string, ...string[]] {
  const path = (name: string) => decodeURIComponent(new URL(name, projectFolder).pathname);
  const module = new URL("core/server/data_folder.ts", projectFolder);
  const code = `import { holdDataFolder, isServed, makeDataFolder } from "${module}"; ${act}`;
  const source = `data:text/javascript,${encodeURIComponent(code)}`;
  return [Deno.execPath(), "run", "-q", "--no-check", "--no-prompt", "--config", path("deno.json"), ...rights, source];
}

/** Folders that are there when the power fails now. */
async function left(folder: string, recorder: Recorder): Promise<string[]> {
  const copy = `${folder}.copy`;
  await recorder.writeLeast(copy);
  try {
    return foldersIn(copy);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

function foldersIn(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name }) => {
    return [prefix + name, ...foldersIn(`${folder}/${name}`, `${prefix}${name}/`)];
  });
}

async function run(recorder: Recorder, command: readonly string[]): Promise<void> {
  const [first = "", ...args] = [...recorder.next().under, ...command];
  const { success, stderr } = await new Deno.Command(first, { args }).output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
}

async function recorded(test: (folder: string, recorder: Recorder) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using recorder = await Recorder.of(folder);
    await test(folder, recorder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

recorderTest(
  "data folder: a loss of power does not take it, nor the folders that were made for it",
  () =>
    recorded(async (folder, recorder) => {
      await run(recorder, [...program(["-A"]), `${folder}/a/b/data`]);
      assertEquals(await left(folder, recorder), ["a", "a/b", "a/b/data"]);
    }),
);

recorderTest(
  "data folder: one that is there may have been made by a program that was killed too early",
  () =>
    recorded(async (folder, recorder) => {
      await run(recorder, ["mkdir", `${folder}/data`]);
      assertEquals(await left(folder, recorder), []);
      await run(recorder, [...program(["-A"]), `${folder}/data`]);
      assertEquals(await left(folder, recorder), ["data"]);
    }),
);

recorderTest(
  "data folder: a program that may only have that folder makes it all the same",
  () =>
    recorded(async (folder, recorder) => {
      const data = `${folder}/data`;
      await run(recorder, [...program([`--allow-read=${data}`, `--allow-write=${data}`]), data]);
      assertEquals(foldersIn(folder), ["data"]);
    }),
);

Deno.test("data folder: one that cannot be made is told with what to do", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assertRejects(() => makeDataFolder(`${file}/data`), Error, "must be a folder that belongs to the user");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("data folder: where it cannot be told whether a server runs with it, none starts, and commands think that one does", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assertRejects(() => holdDataFolder(`${file}/data`), Error, "cannot be held");
    assertEquals(isServed(`${file}/data`), true);
    assertEquals(isServed(`${file}.none`), false);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("data folder: a command that looks whether a server runs keeps none from starting, and another server does", async () => {
  const folder = await Deno.makeTempDir();
  try {
    let holding: Promise<Disposable>;
    {
      Deno.writeTextFileSync(`${folder}/server.lock`, "");
      using looks = Deno.openSync(`${folder}/server.lock`);
      assertEquals(looks.tryLockSync(false), true);
      holding = holdDataFolder(folder);
    }
    using _held = await holding;
    assertEquals(isServed(folder), true);
    await assertRejects(() => holdDataFolder(folder), Error, "another server runs with");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("data folder: what holds it is a file that is only its owner's, stays, and holds nothing any more then", async () => {
  const folder = await Deno.makeTempDir();
  try {
    (await holdDataFolder(folder))[Symbol.dispose]();
    const { mode, size } = Deno.statSync(`${folder}/server.lock`);
    assertEquals([(mode ?? 0) & 0o777, size, isServed(folder)], [0o600, 0, false]);
    using _again = await holdDataFolder(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("data folder: a server of an earlier version, which locks the folder itself, is seen, and sees a new one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      using earlier = Deno.openSync(folder);
      assertEquals(earlier.tryLockSync(true), true);
      assertEquals(isServed(folder), true);
      await assertRejects(() => holdDataFolder(folder), Error, "another server runs with");
    }
    using _held = await holdDataFolder(folder);
    using earlier = Deno.openSync(folder);
    assertEquals(earlier.tryLockSync(true), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

recorderTest("data folder: where folders cannot be locked, as on NFS, the file alone holds it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // What an NFS server answers (flock(2)): a folder cannot be opened for writing.
    const asOnNfs = ["strace", "-f", "-o", "/dev/null", "-P", folder, "-e", "inject=flock:error=EBADF"];
    const act = "try { using _ = await holdDataFolder(Deno.args[0]); console.log('held', isServed(Deno.args[0])); }" +
      " catch ({ message }) { console.log(message); }";
    const [command = "", ...args] = [...asOnNfs, ...program(["-A"], act), folder];
    const told = async () => new TextDecoder().decode((await new Deno.Command(command, { args }).output()).stdout);
    assertEquals(await told(), "held true\n");
    using _held = await holdDataFolder(folder);
    assertMatch(await told(), /another server runs with/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
