// What this browser offers, before anything is loaded. What trains is chosen by the program (core/src/device.rs), which
// says so in its window; here stand the facts it goes by.

// The smallest module that needs SIMD: a function that makes a vector and drops it.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/// What the program cannot do without and this browser lacks; null where it has everything.
export function missing() {
  if (typeof WebAssembly !== "object") return "WebAssembly, which Tightrope is made of";
  if (!WebAssembly.validate(SIMD)) return "vector instructions in WebAssembly, with which Tightrope computes";
  if (!document.createElement("canvas").getContext("webgl2")) return "WebGL 2, with which Tightrope draws";
  return null;
}

const ON_CPU = "so training takes one CPU thread; the 2-D and small image presets run well";
// Software adapters that do not call themselves a fallback, by the names that core/src/device/adapter.rs knows.
const SOFTWARE = /swiftshader|llvmpipe|basic render/i;

const mib = (bytes) => `${Math.floor(bytes / 2 ** 20)} MiB`;

// The adapter that the program would be given, and what it is called.
async function adapter() {
  const found = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!found) return null;
  const { vendor, architecture, description, isFallbackAdapter } = found.info ?? {};
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "an adapter without a name";
  return { name, software: Boolean(isFallbackAdapter) || SOFTWARE.test(description), limits: found.limits };
}

/// A sentence on what there is to train on, and the facts behind it, a line each.
export async function offer() {
  const gpu = await adapter();
  const facts = [`${navigator.hardwareConcurrency ?? 1} CPU threads, of which training takes one; vectors of 128 bits`];
  if (navigator.deviceMemory) facts.push(`memory: at least ${navigator.deviceMemory} GB`);
  if (!isSecureContext) facts.push("the page did not come over https: no WebGPU, and nothing is kept for use offline");
  if (!gpu) {
    return { sentence: `This browser offers no WebGPU here, ${ON_CPU}.`, facts: [...facts, "WebGPU: none"] };
  }
  const { maxStorageBuffersPerShaderStage: buffers, maxStorageBufferBindingSize: bytes, maxComputeInvocationsPerWorkgroup: side } = gpu.limits;
  facts.push(`WebGPU: ${gpu.name}${gpu.software ? ", software" : ""}; ${buffers} storage buffers, ${mib(bytes)} a binding, ${side} invocations a workgroup`);
  const sentence = gpu.software
    ? `The only WebGPU here is software (${gpu.name}), far slower than the CPU, ${ON_CPU}.`
    : `Training can use the GPU (${gpu.name}, by WebGPU).`;
  return { sentence, facts };
}
