// Files that outlive the page: in the browser's private file system, for one tab at a time.

// A file is written under this ending first, so that one of its name is always whole.
const UNDER_WAY = ".part";

/// The folder that files lie in, and why there is none: "elsewhere" (another tab has it) or "missing".
export async function openStore() {
  if (!navigator.storage?.getDirectory || !globalThis.FileSystemSyncAccessHandle || !navigator.locks) return { why: "missing" };
  try {
    if (!(await lock())) return { why: "elsewhere" };
    const root = await navigator.storage.getDirectory();
    return { store: new Store(await root.getDirectoryHandle("tightrope", { create: true })) };
  } catch {
    return { why: "missing" };
  }
}

// Held until the tab is gone. One that is just going, because the page was reloaded, is waited for.
function lock() {
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request("tightrope", { signal: AbortSignal.timeout(2000) }, held).catch(() => resolve(false));
  });
}

class Store {
  #root;

  constructor(root) {
    this.#root = root;
  }

  async #folder(parts, create) {
    let folder = this.#root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
    return folder;
  }

  /// The names of the folders in a folder.
  async folders(parent) {
    const names = [];
    const folder = await found(this.#folder(parent.split("/"), false));
    if (folder) for await (const [name, entry] of folder) if (entry.kind === "directory") names.push(name);
    return names;
  }

  /// Path and bytes of every file below a folder.
  async files(folder) {
    const files = [];
    const collect = async (path, folder) => {
      for await (const [name, entry] of folder) {
        const here = `${path}/${name}`;
        if (entry.kind === "directory") await collect(here, entry);
        else if (!name.endsWith(UNDER_WAY)) files.push([here, await bytes(entry)]);
      }
    };
    const top = await found(this.#folder(folder.split("/"), false));
    if (top) await collect(folder, top);
    return files;
  }

  /// A file's bytes, if there is one.
  async read(path) {
    const parts = path.split("/");
    const name = parts.pop();
    const folder = await found(this.#folder(parts, false));
    const file = folder && (await found(folder.getFileHandle(name)));
    return file && bytes(file);
  }

  /// Has these bytes stand in a file from `at` on; at 0, they are all of it.
  async write(path, at, bytes) {
    const parts = path.split("/");
    const name = parts.pop();
    const folder = await this.#folder(parts, true);
    const moves = at === 0 && "move" in FileSystemFileHandle.prototype;
    const file = await folder.getFileHandle(moves ? name + UNDER_WAY : name, { create: true });
    const access = await file.createSyncAccessHandle();
    try {
      access.truncate(at);
      for (let done = 0; done < bytes.length; ) {
        const written = access.write(bytes.subarray(done), { at: at + done });
        if (!written) throw new Error("its storage is full");
        done += written;
      }
      access.flush();
    } finally {
      access.close();
    }
    if (moves) await file.move(name);
  }

  /// Deletes a file, or a folder and all that is in it.
  async remove(path) {
    const parts = path.split("/");
    const name = parts.pop();
    const folder = await found(this.#folder(parts, false));
    if (folder) await found(folder.removeEntry(name, { recursive: true }));
  }
}

async function bytes(file) {
  return new Uint8Array(await (await file.getFile()).arrayBuffer());
}

async function found(entry) {
  try {
    return await entry;
  } catch (error) {
    if (error.name === "NotFoundError") return undefined;
    throw error;
  }
}
