/**
 * Stands in for what Rust does with IDX files, in a format of its own: the kind, the count, the bytes.
 * What JavaScript knew of the real one would fail here.
 */
const KINDS = ["labels", "images"];

/** As Rust's errors are, no class of ours. */
const invalid = (message) => Object.assign(new Error(message), { code: "invalid-idx" });

function body(kind, file) {
  const info = idx.idxInfo(file);
  if (info.kind !== kind || file.length !== info.bytes) throw invalid(`no ${kind} file`);
  return file.slice(2);
}

export const idx = {
  idxInfo(file) {
    const [at, count] = file;
    if (!(at in KINDS) || !count) throw invalid("no IDX file");
    return { kind: KINDS[at], count, bytes: 2 + count * [1, 784][at] };
  },
  readIdx(images, labels) {
    const read = { pixels: body("images", images), labels: body("labels", labels), rows: 28, columns: 28 };
    if (read.pixels.length !== read.labels.length * 784) throw invalid("other counts");
    return read;
  },
  writeIdx({ pixels, labels }) {
    return { images: Uint8Array.of(1, labels.length, ...pixels), labels: Uint8Array.of(0, labels.length, ...labels) };
  },
};
