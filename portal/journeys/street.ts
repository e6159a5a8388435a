// A street for one journey: a market and desks as real processes, in a folder that goes when the journey ends.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The program under test: everything real but the proofs. `cargo xtask test` says where it lies. */
export const PROGRAM = process.env.TACIT_PROGRAM ?? resolve(import.meta.dirname, "../../target/debug/examples/tacit-assumed");

export const EXAMPLES = resolve(import.meta.dirname, "../../examples");

type Answer = Record<string, unknown>;

class Process {
  constructor(private readonly child: ChildProcess) {}

  /** As a power cut would: no goodbye. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((done) => this.child.once("exit", () => done()));
    this.child.kill("SIGKILL");
    await gone;
  }
}

/** Starts a process and reads its first line, one JSON object. */
function start(words: string[], env: NodeJS.ProcessEnv): Promise<{ process: Process; first: Answer }> {
  const child = spawn(PROGRAM, words, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => (said = (said + String(text)).slice(-4000)));
  return new Promise((done, refuse) => {
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => done({ process: new Process(child), first: JSON.parse(line) as Answer }));
    child.once("exit", (code) => refuse(new Error(`${words.join(" ")} ended (${String(code)}): ${said}`)));
    child.once("error", refuse);
  });
}

export class Street {
  private market: Process | null = null;
  private readonly people: Person[] = [];
  origin = "";

  private constructor(readonly folder: string) {}

  static async open(): Promise<Street> {
    const street = new Street(mkdtempSync(join(tmpdir(), "tacit-journey-")));
    await street.startMarket();
    return street;
  }

  /** Opens the market, or the same one again. */
  async startMarket(): Promise<void> {
    const listen = this.origin === "" ? ["--listen", "127.0.0.1:0"] : [];
    const { process, first } = await start(["--json", "market", "--data", join(this.folder, "market"), "--demo", ...listen], {});
    this.market = process;
    this.origin = String(first.origin);
  }

  async killMarket(): Promise<void> {
    await this.market?.kill();
    this.market = null;
  }

  /** New money of the test currency for an address. */
  async mint(address: string, amount: string): Promise<void> {
    await run(PROGRAM, ["--json", "market", "--data", join(this.folder, "market"), "mint", "--to", address, amount]);
  }

  /** The operator closes the pool and opens its successor: money in the old one has to cross. */
  async rotatePool(): Promise<void> {
    await run(PROGRAM, ["--json", "market", "--data", join(this.folder, "market"), "rotate-pool"]);
  }

  /** Somebody with an empty folder. */
  stranger(name: string, passphrase?: string): Person {
    const person = new Person(join(this.folder, name), this, passphrase);
    this.people.push(person);
    return person;
  }

  /** Somebody whose desk was made at a terminal. */
  async person(name: string, passphrase?: string): Promise<Person> {
    const person = this.stranger(name, passphrase);
    await person.does("init", "--market", this.origin, ...(passphrase === undefined ? ["--no-passphrase"] : []));
    return person;
  }

  async close(): Promise<void> {
    for (const person of this.people) await person.closeDesk();
    await this.killMarket();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Person {
  private desk: Process | null = null;
  /** The address of the pages, the same after a restart. */
  pages = "";
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    readonly home: string,
    private readonly street: Street,
    passphrase?: string,
  ) {
    this.env = { TACIT_HOME: home };
    if (passphrase === undefined) return;
    this.env.TACIT_PASSPHRASE_FILE = `${home}.passphrase`;
    writeFileSync(this.env.TACIT_PASSPHRASE_FILE, passphrase, { mode: 0o600 });
  }

  /** A command at this person's terminal. */
  async does(...words: string[]): Promise<Answer> {
    const asked = run(PROGRAM, ["--json", ...words], { env: { ...process.env, ...this.env }, maxBuffer: 64 << 20 });
    const { stdout } = await asked.catch((refused: { stdout?: string }) => {
      throw new Error(`${words.join(" ")} was refused: ${refused.stdout ?? String(refused)}`);
    });
    return JSON.parse(stdout) as Answer;
  }

  /** Starts the desk's pages and gives the link that opens them once. */
  async openDesk(): Promise<string> {
    const listen = this.pages === "" ? "127.0.0.1:0" : new URL(this.pages).host.replace("localhost", "127.0.0.1");
    const { process, first } = await start(["--json", "desk", "--listen", listen], this.env);
    this.desk = process;
    this.pages = String(first.pages);
    return String(first.link);
  }

  async closeDesk(): Promise<void> {
    await this.desk?.kill();
    this.desk = null;
  }

  /** Money in the wallet, counted there: it arrives when the market's epoch closes. */
  async gets(amount: string): Promise<void> {
    const { address } = await this.does("wallet", "address");
    await this.street.mint(String(address), amount);
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const { balance } = await this.does("wallet");
      if (Number(balance) >= Number(amount)) return;
    }
    throw new Error(`${amount} did not arrive`);
  }

  /** Puts the planes up for sale at the terminal. */
  async sells(file: string, title: string, price: string): Promise<string> {
    const sold = await this.does("sell", join(EXAMPLES, file), "--title", title, "--price", price, "--licence", "CC-BY-4.0", "--category", "transport", "--tag", "planes");
    return String(sold.listing);
  }
}

/** A file of a journey's own. */
export function fileOf(street: Street, name: string, content: string): string {
  const path = join(street.folder, name);
  writeFileSync(path, content);
  return path;
}
