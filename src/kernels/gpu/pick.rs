//! Batches from images that the device keeps.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::cubecl::server::Handle;
use burn::tensor::Tensor;
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};

use super::Picture;
use super::input::Picked;
use super::launch::{empty, launch, tensor};
use super::shader::Variant;

#[backend_extension(Cube)]
pub trait GpuData: Backend {
    fn pick(
        pixels: IntTensor<Self>,
        picks: IntTensor<Self>,
        changes: FloatTensor<Self>,
        picture: Picture,
    ) -> FloatTensor<Self>;
}

/// The picked images, changed and normalised: `[batch, 1, side, side]`.
pub fn pick(picked: Picked) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::pick(
        picked.pixels.into_dispatch(),
        picked.picks.into_dispatch(),
        picked.changes.into_dispatch(),
        picked.picture,
    ))
}

impl GpuData for CubeBackend {
    fn pick(
        pixels: CubeTensor,
        picks: CubeTensor,
        changes: CubeTensor,
        picture: Picture,
    ) -> CubeTensor {
        let like = changes.clone();
        let picking = Picking::new(pixels, picks, changes, picture);
        let variant = Variant::picking(picture);
        // A workgroup for each image.
        let size = [picking.batch * variant.group(), 1];
        launch(&like.client, variant, size, &picking.buffers());
        let Picture { side, .. } = picture;
        tensor(&like, picking.images, [picking.batch, 1, side, side])
    }
}

/// What `pick.wgsl` reads and writes.
pub struct Picking {
    pub batch: usize,
    /// Data set, picks, changes.
    read: [Handle; 3],
    moved: Handle,
    /// `[batch, 1, side, side]`
    pub images: Handle,
    pub picture: Picture,
}

impl Picking {
    pub fn new(
        pixels: CubeTensor,
        picks: CubeTensor,
        changes: CubeTensor,
        picture: Picture,
    ) -> Self {
        let batch = picks.meta.num_elements();
        let values = batch * picture.side.pow(2);
        let [moved, images] = [0; 2].map(|_| empty(&changes.client, values));
        Self {
            batch,
            read: [pixels, picks, changes].map(|tensor| into_contiguous(tensor).handle),
            moved,
            images,
            picture,
        }
    }

    pub fn buffers(&self) -> [&Handle; 5] {
        let [pixels, picks, changes] = &self.read;
        [pixels, picks, changes, &self.moved, &self.images]
    }
}
