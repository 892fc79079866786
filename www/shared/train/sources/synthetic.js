const ID = "synthetic";
const TITLE = { key: "source.synthetic" };

/**
 * Digits made in the worker from stroke templates, new ones each epoch.
 *
 * @type {import("../sources.js").Source<{ source: string, images: number, seed: number }>}
 */
export const synthetic = {
  id: ID,
  name: () => ({ key: "source.synthetic.name" }),
  title: TITLE,
  label: () => TITLE,
  // They are endless, so that an epoch of them needs a number.
  epoch: "12800",
  isMadeAgain: true,
  spec: ({ images, seed }) => ({ source: ID, images, seed }),
  // Checkpoints keep the seed of these alone, and no origin.
  ofCheckpoint: ({ train, seed }) => (seed === undefined ? null : { source: ID, images: train, seed }),
  load: ({ images, seed }, { module }) => module.DataSet.synthetic({ images: images || undefined, seed }),
};
